"""How training goes, as far as the page must know; progress, speed and why a run ended are drawn by the board itself."""

from collections.abc import Sequence

import streamlit as st

from ui import cached, runs
from ui.anew import draw_anew
from ui.runs import Run
from ui.text import plain


def engine_state(words: dict[str, str]) -> None:
    """Say so if the engine is not ready; ``words`` holds a sentence for each state."""
    engine = cached.engine()
    if engine.state == "failed":
        st.error(f"{words['failed']} {plain(engine.message)}")
    elif engine.state != "ready":
        st.caption(f"⏳ {words[engine.state]}")


def follow(chosen: Sequence[Run]) -> None:
    """Draw the page anew when a run ends or the engine's state changes."""
    active = [run for run in chosen if run.status.active]
    state = cached.engine().state
    if active or state == "starting":
        st.fragment(_watch, run_every=0.5)(active, state)


def _watch(active: Sequence[Run], state: str) -> None:
    if cached.engine().state != state or not all(runs.active(run.id) for run in active):
        draw_anew()
