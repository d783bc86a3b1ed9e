"""The frame around every page: page settings, navigation, the address."""

import streamlit as st

from ui import first_paint, ink, notebook, removed, site, state
from ui.turnstile import one_at_a_time

STYLE = """
/* On a phone a wide table moves, not the page. */
[data-testid="stMarkdownContainer"]:has(table) { overflow-x: auto; }

/* The buttons of a chart stand above it, not on its curves. */
.stElementContainer:has(> [data-testid="stFullScreenFrame"] > .stPlotlyChart) { box-sizing: content-box; padding-top: 2rem; }
.stPlotlyChart .js-plotly-plot { overflow: visible !important; }
.stPlotlyChart .modebar-container { top: -2rem !important; }

/* Under a finger Plotly shows them all the time: then they are all in one row. */
@media (hover: none) {
  .stPlotlyChart .modebar-btn[data-attr="zoom"][data-val="auto"] { display: none !important; }
}

/* A map is as high as it is wide, nearly: a wide screen shows it large. */
[class*="st-key-map_"] { aspect-ratio: 10 / 9; min-height: 22rem; max-height: 46rem; }
"""


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
