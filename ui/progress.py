"""How training goes, as far as the page must know; progress, speed and why a run ended are drawn by the board itself."""

from collections.abc import Sequence

import streamlit as st

from ui import cached, live, runs
from ui.anew import draw_anew
from ui.runs import Run
from ui.text import plain

COMING = ("cold", "starting")  # a server warms its engine soon after its start
OFTEN, SELDOM = 0.5, 10.0  # seconds between looks


def engine_state(words: dict[str, str]) -> None:
    """Say so if the engine is not ready; ``words`` holds a sentence for each state."""
    engine = cached.engine()
    if engine.state == "failed":
        st.error(f"{words['failed']} {plain(engine.message)}")
    elif engine.state != "ready":
        st.caption(f"⏳ {words[engine.state]}")


def follow(chosen: Sequence[Run]) -> None:
    """Draw the page anew when a run ends or the engine's state changes.

    The board tells of an end at once, where it asks for frames itself; thirty students who look for it twice a second would be too many.
    """
    active = [run for run in chosen if run.status.active]
    state = cached.engine().state
    coming = state in COMING
    if active or coming:
        told = not coming and live.transport() == "poll"
        st.fragment(_watch, run_every=SELDOM if told else OFTEN)(active, state)


def _watch(active: Sequence[Run], state: str) -> None:
    if cached.engine().state != state or not all(runs.active(run.id) for run in active):
        draw_anew()
