"""Drawing the whole page anew from inside a fragment."""

from typing import NoReturn

import streamlit as st


def draw_anew() -> NoReturn:
    """Run the page again. What the person did meanwhile goes first: Streamlit would merge it with this rerun and forget where it led."""
    st.empty()  # at each element Streamlit looks whether something waits
    st.rerun()
