"""Links that put runs on the pages of the lab."""

from collections.abc import Sequence

import streamlit as st

from ui import site, state

OPENS = ("compare", "explore", "losses")  # pages on which runs can be opened


def links(run_ids: Sequence[str], caption: str) -> str:
    """Draw a link for each such page; returns the runs as the address has them."""
    runs = ",".join(run_ids[: state.MAX_RUNS])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(caption, width="content")
        for place in site.LAB:
            if place.name in OPENS:
                st.page_link(place.path, label=place.title, icon=place.icon, query_params={"runs": runs})
    return runs
