"""What the buttons do. Callbacks: they run before the page is drawn, and leave a plain message when something cannot be done."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ParamSpec

import streamlit as st

from jobs.store import origin
from ui import cached, headstart, lag, own, runs, state, student
from ui.text import plain
from vae_core.bundle import LIMITS, size
from vae_core.composition import OF_RATE
from vae_core.files import refusal
from vae_core.recipes import Recipe

_NOTICE = "_notice"
_OPENED = "_opened_model"
_LEFT = "_left_the_screen"
P = ParamSpec("P")


def notice() -> str:
    """What the last action could not do; empty if all went well. Reading it clears it."""
    return st.session_state.pop(_NOTICE, "")


def left() -> list[str]:
    """Which runs left the screen to make room for another. Reading it clears it."""
    return st.session_state.pop(_LEFT, [])


def _plainly(action: Callable[P, None]) -> Callable[P, None]:
    """Turn what the engine refuses into a message on the page."""

    @wraps(action)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        lag.mend()  # what is on the screen may not have come to the browser yet, which tells what was there before
        try:
            action(*args, **kwargs)
        except (ValueError, RuntimeError) as error:
            st.session_state[_NOTICE] = plain(error)
        except OSError as error:
            st.session_state[_NOTICE] = plain(f"The lab could not write to its disk: {refusal(error)}")

    return guarded


def expect() -> None:
    """Have the chosen data set read where models are trained, so that a run on it begins at once."""
    cached.engine().expect(state.recipe_data())


@_plainly
def train() -> None:
    """Train what the controls describe, and put it on the screen."""
    owner = student.identity()
    started: list[str] = []
    try:
        cached.quota().check_start()
        for recipe in state.recipes():
            begin = partial(cached.engine().start, recipe, owner)
            started.append(begin())
            _keep(owner, started[-1], begin)
    finally:  # one of a pair may have started when the other was refused
        headstart.answered(started)
        if started:
            state.put({state.RUNS_KEY: started})


def _keep(owner: str, run_id: str, begin: Callable[[], str]) -> None:
    """Put a run in its owner's list; begin it again if it was there, and made room for others before it stood in this list."""
    cached.store().shelves.put(owner, run_id)
    if cached.store().get(run_id) is None:
        begin()


@_plainly
def stop() -> None:
    """Stop the runs on the screen; what they recorded stays.

    A run that somebody else asked for too goes on, except that the person at the machine may stop any.
    """
    active, owner = {run_id for run_id in st.session_state[state.RUNS_KEY] if runs.active(run_id)}, student.identity()
    shared = {run_id for run_id in active if owner != student.HERE and cached.store().shelves.others(owner, run_id)}
    for run_id in active - shared:
        cached.engine().stop(run_id)
    if shared:
        raise ValueError("Somebody else follows this run too, so it goes on to its end. You may take it off your screen.")


@_plainly
def fork(run_id: str, frame: int, keys: dict[str, str]) -> None:
    """Continue a run from a frame with other settings (``keys``: recipe field → widget key), and put the new run beside it."""
    changes: dict[str, Any] = {name: st.session_state[key] for name, key in keys.items()}
    owner = student.identity()
    cached.quota().check_start()
    begin = partial(cached.engine().fork, run_id, frame, owner, **changes)
    new = begin()
    _keep(owner, new, begin)
    show(new)


@_plainly
def delete(run_id: str) -> None:
    """Take a run out of this student's lists; it is removed for good if nobody else keeps it."""
    shelves, owner = cached.store().shelves, student.identity()
    if owner == student.HERE or not shelves.others(owner, run_id):
        cached.engine().delete(run_id)
    shelves.drop(owner, run_id)
    if cached.store().get(run_id) is not None:
        hide(run_id)


@_plainly
def rename(run_id: str, key: str) -> None:
    """Call a run as the text field with this key says, for this student."""
    if origin(run_id) == "pretrained":
        raise ValueError("Pretrained models come with the lab and keep their names.")
    cached.store().shelves.rename(student.identity(), run_id, st.session_state[key])
    state.put({state.RUNS_KEY: list(st.session_state[state.RUNS_KEY])})  # a browser goes on telling chips by their old words


@_plainly
def pin(run_id: str, key: str) -> None:
    """Have a run stay when room is made, or not, as the switch with this key says."""
    pinned, owner = st.session_state[key], student.identity()
    if pinned:
        cached.quota().check_pin(owner, run_id)
    cached.store().shelves.pin(owner, run_id, pinned)


@_plainly
def was_told() -> None:
    """The student knows which runs were removed."""
    cached.store().shelves.acknowledge(student.identity())


def show(run_id: str) -> None:
    """Put a run on the screen beside what is there; where too many would be, the first leaves (see ``left``)."""
    shown = [*(other for other in st.session_state[state.RUNS_KEY] if other != run_id), run_id]
    st.session_state[_LEFT] = shown[: -state.MAX_RUNS]
    state.put({state.RUNS_KEY: shown[-state.MAX_RUNS :]})


def hide(run_id: str) -> None:
    """Take a run off the screen."""
    state.put({state.RUNS_KEY: [shown for shown in st.session_state[state.RUNS_KEY] if shown != run_id]})


@_plainly
def fill_in(run_id: str) -> None:
    """Put the settings of a run into the controls that train, and the run on the screen."""
    recording = cached.store().get(run_id)
    if recording is None:
        raise ValueError("This run is no longer there.")
    recipe = recording.recipe
    state.set_recipe(recipe.to_dict() | {"hidden": recipe.hidden})
    state.put({state.MODELS_KEY: state.models_of(recipe)})
    state.put({state.BESIDE_KEY: False})
    if recipe.posterior == "dirac":  # an AE has no rate to weigh; leave the VAE's defaults for when it joins
        state.set_recipe({name: getattr(Recipe(), name) for name in OF_RATE})
    state.put({state.RUNS_KEY: [run_id]})


@_plainly
def adopt(file: Any) -> None:
    """Take a run that somebody uploads, and open it. Its size is looked at before it is read."""
    LIMITS.check_bytes(file.size)
    owner, body = student.identity(), file.getvalue()
    with cached.uploads().room(owner, size(body)):
        run_id = cached.store().adopt(body)
        cached.store().shelves.put(owner, run_id)
    open_model(run_id)


@_plainly
def forget_pictures(name: str) -> None:
    """Remove pictures that somebody brought from this student's lists (see ``own.forget``)."""
    own.forget(name)


def open_model(run_id: str) -> None:
    """Show a run in full."""
    st.session_state[_OPENED] = run_id


def close_model() -> None:
    """Show no run in full any more."""
    st.session_state.pop(_OPENED, None)


def opened_model() -> str | None:
    """Which run is shown in full."""
    return st.session_state.get(_OPENED)
