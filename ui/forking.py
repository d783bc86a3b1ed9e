"""Continue a run from the moment on the screen with other settings."""

from collections.abc import Sequence

import streamlit as st

from ui import actions, live, runs
from ui.runs import Run
from ui.text import plain
from vae_core.recipes import SETTINGS, Recipe

OPEN_KEY = "fork_open"
CHANGES = {"beta": 0.5, "lr": 0.0005, "noise": 0.1, "epochs": 10}


def panel(chosen: Sequence[Run], words: str, board: str) -> None:
    """Draw the controls; ``board`` is the key of the board whose moment counts."""
    kept = {run.id: run for run in chosen if run.recording.key_frames}
    if not kept:
        return
    with st.expander("Continue from the moment on the screen, with other settings", key=OPEN_KEY, on_change="rerun") as opened:
        if not opened.open:
            return
        st.markdown(words)
        run = kept[st.selectbox("Run", list(kept), format_func=lambda run_id: kept[run_id].title, key="fork_run")]
        on_screen = live.on_screen(board).get("frame") or {}
        frame = frame_at(run, on_screen)
        changes = offered(run)
        keys = {name: f"fork_{run.id}_{name}" for name in changes}
        for column, (name, step) in zip(st.columns(len(changes)), changes.items(), strict=True):
            label, value = f"New {SETTINGS[name].label.lower()}", type(step)(getattr(run.recipe, name))
            form = "%d" if isinstance(step, int) else "%g"
            column.number_input(label, value=value, step=step, format=form, key=keys[name], help=SETTINGS[name].help)
        start, shown = epoch_of(run, frame), epoch_of(run, on_screen.get(run.id, frame))
        if start != shown:
            st.caption(f"The screen shows epoch {shown}. Weights are kept now and then: those to continue from are of epoch {start}.")
        st.button(
            f"Continue {plain(run.title)} from epoch {start}",
            on_click=actions.fork,
            args=(run.id, frame, keys),
            key="fork",
            icon="🔀",
        )


def began(recipe: Recipe) -> str:
    """From which moment of which run one was continued; the run may be gone."""
    try:
        [parent] = runs.load([recipe.parent])[0]
        moment = f" at epoch {epoch_of(parent, recipe.parent_frame)}"
    except ValueError:
        moment = ""
    return f"Continued from {plain(runs.label(recipe.parent))}{moment}"


def told(chosen: Sequence[Run], words: str) -> None:
    """Say of each run that was continued from where, since its own steps begin at 0."""
    for run in chosen:
        if run.recipe.parent:
            st.caption(f"**{plain(run.title)}:** {began(run.recipe)}. {words}")


def offered(run: Run) -> dict[str, float]:
    """What can be changed, with the step of its control; β only where there is a rate that it weighs."""
    return {name: step for name, step in CHANGES.items() if name != "beta" or run.recipe.posterior in ("gaussian", "flow")}


def frame_at(run: Run, on_screen: dict[str, int]) -> int:
    """The kept frame at or before the one on the screen (by run id); the last kept one while the board follows the newest."""
    kept = run.recording.key_frames
    shown = on_screen.get(run.id, kept[-1])
    return max((index for index in kept if index <= shown), default=kept[0])


def epoch_of(run: Run, frame: int) -> str:
    """The epoch of a frame, for people."""
    epochs = run.history.epoch
    return f"{epochs[min(frame, len(epochs) - 1)]:.1f}".removesuffix(".0") if len(epochs) else "0"
