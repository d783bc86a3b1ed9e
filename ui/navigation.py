"""The pages as Streamlit knows them, and the links between them.

They are made once: each asks the disk six times where its script lies, a rerun needs all 36 of them, and a list of claims as many links.
"""

import copy
from functools import cache

import streamlit as st

from ui import site


def pages() -> dict[str, list[st.Page]]:
    """All pages by section, for one rerun, which marks the one that is open."""
    return {name: [copy.copy(_page(place)) for place in places] for name, places in site.SECTIONS.items()}


def link(place: site.Place, label: str = "", runs: str = "") -> None:
    """Draw a link to a page, under its title or another label; ``runs`` are to be on the screen there."""
    st.page_link(_page(place), label=label or place.title, icon=place.icon, query_params={"runs": runs} if runs else None)


@cache
def _page(place: site.Place) -> st.Page:
    return st.Page(place.path, title=place.title, icon=place.icon, url_path=place.address, default=place is site.HOME)
