"""The frame around every page: page settings, navigation, the address."""

import streamlit as st

from ui import ink, notebook, removed, site, state
from ui.turnstile import one_at_a_time

STYLE = """
/* The instrument needs the room. */
.stMainBlockContainer { padding: 3.75rem clamp(1rem, 4vw, 3rem) 3rem; }

/* On a phone a wide table moves, not the page. */
[data-testid="stMarkdownContainer"]:has(table) { overflow-x: auto; }

/* Under a finger Plotly shows the buttons of a chart all the time: then they stand above it, not on its curves, and all in one row. */
@media (hover: none) {
  .stElementContainer:has(> [data-testid="stFullScreenFrame"] > .stPlotlyChart) { box-sizing: content-box; padding-top: 2rem; }
  .stPlotlyChart .js-plotly-plot { overflow: visible !important; }
  .stPlotlyChart .modebar-container { top: -2rem !important; }
  .stPlotlyChart .modebar-btn[data-attr="zoom"][data-val="auto"] { display: none !important; }
}

/* As in .streamlit/config.toml: Streamlit hands its colours to components alone. */
:root { --lab-link: light-dark(#1b6ca8, #8cc6ef); }

/* Where a keyboard is, also on links. */
a:focus-visible { outline: 2px solid var(--lab-link) !important; outline-offset: 1px; }

/* A card has the name of its model at the top; those who hear a control hear it there too. */
[class*="st-key-card_"] button em { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[class*="st-key-card_"] .stCheckbox .stMarkdownEllipsis { max-width: 3.25rem; height: 1lh; }
[class*="st-key-card_"] .stCheckbox p { white-space: normal !important; word-spacing: 2rem; }

/* Words stand out from their ground by 4.5 : 1 at least. */
[data-testid="stCaptionContainer"] { opacity: 0.7 !important; }
[data-testid="stCaptionContainer"] code { color: inherit; }
.stButtonGroup [aria-checked="true"], .stButtonGroup [aria-pressed="true"] { color: var(--lab-link) !important; }

/* A finger is broader than a pointer. */
@media (pointer: coarse) {
  [data-testid="stRadioOption"], .stCheckbox label, [data-testid="stPageLink-NavLink"], [data-testid="stSidebarNavLink"],
  .stButtonGroup button, .stPagination button, [data-testid="stNumberInputContainer"] { min-height: 2.75rem; }
  .stPagination button, [data-testid="stNumberInputContainer"] button { min-width: 2.75rem; }
  [data-testid="stRadioOption"], .stCheckbox label { align-items: center; }
  [data-testid="stTooltipHoverTarget"] { position: relative; }
  [data-testid="stTooltipHoverTarget"]::after { content: ""; position: absolute; inset: -0.5rem -0.75rem; }
}
"""


def _page(place: site.Place) -> st.Page:
    return st.Page(place.path, title=place.title, icon=place.icon, url_path=place.address, default=place is site.HOME)


with one_at_a_time():
    st.set_page_config(page_title="Latent Lab", page_icon="🧭", layout="wide")
    pages = {name: [_page(place) for place in places] for name, places in site.SECTIONS.items()}
    st.html(f"<style>{STYLE}{ink.style()}</style>")
    page = st.navigation(pages, expanded=True)
    notebook.recall()
    with st.container():  # also without a problem, so that all below keeps its place
        for problem in state.restore(page.title):
            st.warning(problem, icon="⚠️")
    with removed.told():
        page.run()
    notebook.remember()
