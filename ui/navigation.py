"""The pages as Streamlit knows them. They are made once: to make one asks the disk six times where its script lies, a rerun 36 of them."""

import copy
from functools import cache

import streamlit as st

from ui import site


def pages() -> dict[str, list[st.Page]]:
    """All pages by section, for one rerun, which marks the one that is open."""
    return {name: [copy.copy(_page(place)) for place in places] for name, places in site.SECTIONS.items()}


@cache
def _page(place: site.Place) -> st.Page:
    return st.Page(place.path, title=place.title, icon=place.icon, url_path=place.address, default=place is site.HOME)
