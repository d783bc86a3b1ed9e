"""Links that put runs on the pages of the lab."""

from collections.abc import Sequence

import streamlit as st

from ui import navigation, site, state

OPENS = ("compare", "explore", "losses")  # pages on which runs can be opened


def links(run_ids: Sequence[str], caption: str) -> str:
    """Draw a link for each such page; returns the runs as the address has them. Says so where a page shows only the first of them."""
    opened, count = run_ids[: state.MAX_RUNS], len(run_ids)
    runs = ",".join(opened)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(caption, width="content")
        for place in site.LAB:
            if place.name in OPENS:
                navigation.link(place, runs=runs)
        if len(opened) < count:
            st.caption(f"the first {len(opened)} of {count}", width="content")
    return runs
