"""What the buttons do. Callbacks: they run before the page is drawn, and leave a plain message when something cannot be done."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from ui import cached, state
from ui.text import plain

_NOTICE = "_notice"
P = ParamSpec("P")


def notice() -> str:
    """What the last action could not do; empty if all went well. Reading it clears it."""
    return st.session_state.pop(_NOTICE, "")


def _plainly(action: Callable[P, None]) -> Callable[P, None]:
    """Turn what the engine refuses into a message on the page."""

    @wraps(action)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            action(*args, **kwargs)
        except (ValueError, RuntimeError) as error:
            st.session_state[_NOTICE] = plain(error)

    return guarded


@_plainly
def train() -> None:
    """Train what the controls describe, and put it on the screen."""
    st.session_state[state.RUNS_KEY] = [cached.engine().start(recipe) for recipe in state.recipes()]


@_plainly
def stop() -> None:
    """Stop the runs on the screen; what they recorded stays."""
    for run_id in set(st.session_state[state.RUNS_KEY]) & set(cached.engine().active()):
        cached.engine().stop(run_id)


@_plainly
def fork(run_id: str, frame: int, keys: dict[str, str]) -> None:
    """Continue a run from a frame with other settings (``keys``: recipe field → widget key), and put the new run beside it."""
    changes: dict[str, Any] = {name: st.session_state[key] for name, key in keys.items()}
    new = cached.engine().fork(run_id, frame, **changes)
    shown = [shown for shown in st.session_state[state.RUNS_KEY] if shown != new]
    st.session_state[state.RUNS_KEY] = [*shown, new][-state.MAX_RUNS :]


@_plainly
def delete(run_id: str) -> None:
    """Remove a run for good."""
    cached.engine().delete(run_id)
