"""How many runs were trained or brought here, with the way to them, and pins for those on the screen."""

from collections.abc import Sequence

import streamlit as st

from ui import navigation, pins, runs
from ui.runs import Run
from ui.site import MODELS
from ui.text import plain


def panel(none: str, chosen: Sequence[Run]) -> None:
    """Link to own runs, name folders that cannot be read, and let runs on the screen be pinned; ``none`` is said without own runs."""
    mine, problems = runs.listed()
    own = {recording.id for recording in mine}
    for problem in problems:
        st.warning(plain(problem))
    pins.removed()
    if not own:
        st.caption(none)
        return
    navigation.link(MODELS, f"Your runs ({len(own)}): name, pin, download or delete them")
    with st.container(horizontal=True):
        for run in chosen:
            if run.id in own:
                pins.toggle(run.id, run.title)
