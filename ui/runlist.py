"""The runs that were trained here, with a way to remove them."""

import streamlit as st

from jobs.store import Store
from ui import actions, runs
from ui.text import plain

SHOWN = 20


def panel(none: str, store: Store) -> None:
    """List own runs, newest first, and folders that cannot be read; ``none`` is said when there are none."""
    own = runs.listed(store.runs())
    for problem in store.problems():
        st.warning(plain(problem))
    if not own:
        st.caption(none)
        return
    with st.expander(f"Your runs ({len(own)})"):
        for recording in own[:SHOWN]:
            name, button = st.columns([5, 1], vertical_alignment="center")
            name.markdown(f"{plain(runs.describe(recording.recipe, recording.id))} · {recording.status.state}")
            button.button("Delete", key=f"delete_{recording.id}", on_click=actions.delete, args=(recording.id,), width="stretch")
        if len(own) > SHOWN:
            st.caption(f"and {len(own) - SHOWN} older ones")
