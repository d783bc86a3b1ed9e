"""How many runs were trained or brought here, with the way to them."""

import streamlit as st

from jobs.store import Store
from ui import coursework, runs
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
    course = sum(map(coursework.is_coursework, own))
    count = f"{len(own) - course}, and {course} of the course" if course else str(len(own))
    st.page_link(MODELS.path, label=f"Your runs ({count}): name, download or delete them", icon=MODELS.icon)
