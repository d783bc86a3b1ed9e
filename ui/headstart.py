"""New runs are on the screen before the page is drawn anew.

The page tells the board which runs a press on its button starts. The board asks for them from the press on, and shows them once one has a
frame. The page waits for that: to draw it keeps the browser busy for a quarter of a second.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from jobs.store import served, status_of
from ui import cached, live, palette, runs, state
from ui.components.latent_map import MapRun, Starter
from ui.turnstile import aside, crowded
from vae_core.recipes import Recipe, RecipeError

PATIENCE = 0.3  # seconds in which a run should begin and its first frame reach the browser
LOOK = 0.05  # seconds between looks whether it will
MOMENT = 0.06  # seconds in which the browser draws it
_ANSWERED = "_presses_answered"
_STARTED = "_just_started"
_expected: list[dict[str, threading.Event]] = []


def starter(button: str) -> Starter:
    """A button that trains what the controls describe, as the board is told of it."""
    try:
        upcoming = _upcoming(state.recipes())
    except RecipeError:  # they describe nothing; the page says so
        upcoming = []
    return Starter(button, st.session_state.get(_ANSWERED, 0), upcoming)


def answered(started: Sequence[str]) -> None:
    """The press on the button was answered, and started these runs; none if it was refused."""
    st.session_state[_ANSWERED] = st.session_state.get(_ANSWERED, 0) + 1
    st.session_state[_STARTED] = list(started)


def seen(run_id: str) -> None:
    """A browser has a frame of this run."""
    for events in list(_expected):
        if run_id in events:
            events[run_id].set()


def wait() -> None:
    """Give what was just started a moment to reach the browser and be drawn, unless it will take longer or many others are at work."""
    started = st.session_state.pop(_STARTED, [])
    if not started or crowded() or cached.engine().crowd or live.transport() != "poll":
        return
    until = time.monotonic() + PATIENCE
    with _expecting(started) as events, aside():
        for run_id, event in events.items():
            while (left := until - time.monotonic()) > 0 and _begins(run_id) and not event.wait(min(LOOK, left)):
                pass
        time.sleep(MOMENT)


@contextmanager
def _expecting(run_ids: Sequence[str]) -> Iterator[dict[str, threading.Event]]:
    events = {run_id: threading.Event() for run_id in run_ids}
    _expected.append(events)
    try:
        yield events
    finally:
        _expected.remove(events)


def _begins(run_id: str) -> bool:
    """Whether a run trains or is about to."""
    status = status_of(cached.store().get(run_id))
    return status is not None and status.active and not status.delayed


def _upcoming(recipes: Sequence[Recipe]) -> list[MapRun]:
    """The runs of these recipes, made or not; none if one is to be made afresh, for what it recorded before would be shown."""
    found = [(recipe.id, recipe, cached.store().get(recipe.id)) for recipe in recipes]
    begun = [status_of(recording) for _, _, recording in found]
    if any(recording is not None and not served(status) for (_, _, recording), status in zip(found, begun, strict=True)):
        return []
    colors = palette.run_colors([recipe.posterior for recipe in recipes])
    return [
        live.on_map(run_id, recipe, title, color, begun=status and status.created)
        for (run_id, recipe, _), title, color, status in zip(found, runs.titles(found), colors, begun, strict=True)
    ]
