"""How many runs were trained or brought here, with the way to them."""

import streamlit as st

from jobs.store import Store
from ui import runs
from ui.site import MODELS
from ui.text import plain


def panel(none: str, store: Store) -> None:
    """Link to own runs, and name folders that cannot be read; ``none`` is said when there are no own runs."""
    own = runs.listed(store.runs())
    for problem in store.problems():
        st.warning(plain(problem))
    if not own:
        st.caption(none)
        return
    st.page_link(MODELS.path, label=f"Your runs ({len(own)}): name, download or delete them", icon=MODELS.icon)
