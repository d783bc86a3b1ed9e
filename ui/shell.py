"""The frame around every page: page settings, navigation, the address."""

from pathlib import Path

import streamlit as st

from ui import first_paint, ink, notebook, removed, site, state
from ui.turnstile import one_at_a_time

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def _page(place: site.Place) -> st.Page:
    return st.Page(place.path, title=place.title, icon=place.icon, url_path=place.address, default=place is site.HOME)


with one_at_a_time():
    st.set_page_config(page_title="Latent Lab", page_icon="🧭", layout="wide")
    pages = {name: [_page(place) for place in places] for name, places in site.SECTIONS.items()}
    st.html(f"<style>{first_paint.STYLE}{STYLE}{ink.style()}</style>")
    page = st.navigation(pages, expanded=True)
    notebook.recall()
    with st.container():  # also without a problem, so that all below keeps its place
        for problem in state.restore(page.title):
            st.warning(problem, icon="⚠️")
    with removed.told():
        page.run()
    notebook.remember()
