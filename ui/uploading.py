"""Bringing a run back that was downloaded."""

from collections.abc import Mapping

import streamlit as st

from ui import actions
from vae_core.bundle import LIMITS
from vae_core.own_limits import MEGA

_TURN = "_uploads"


def panel(words: Mapping[str, str]) -> None:
    """Draw the control. Each upload gets a fresh one, so that a file is taken once."""
    key = f"upload_{st.session_state.get(_TURN, 0)}"
    with st.expander("Bring a run back"):
        st.markdown(words["upload"])
        st.file_uploader("A zip from this page", ["zip"], key=key, on_change=_take, args=(key,), max_upload_size=LIMITS.upload // MEGA)


def _take(key: str) -> None:
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    if (file := st.session_state.get(key)) is not None:
        actions.adopt(file)
