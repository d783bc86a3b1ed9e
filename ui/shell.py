"""The frame around every page: page settings, navigation, the address."""

import streamlit as st

from ui import navigation, notebook, removed, state, style
from ui.turnstile import one_at_a_time

with one_at_a_time():
    st.set_page_config(page_title="Latent Lab", page_icon="🧭", layout="wide")
    st.html(style.SHEET)
    page = st.navigation(navigation.pages(), expanded=True)
    notebook.recall()
    with st.container():  # also without a problem, so that all below keeps its place
        for problem in state.restore(page.title):
            st.warning(problem, icon="⚠️")
    with removed.told():
        page.run()
    notebook.remember()
