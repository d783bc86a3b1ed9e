"""Following runs: the board that draws them, fed by the long-poll route or, where a host allows no routes, by a fragment."""

import os
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ui import early, runs
from ui.anew import draw_anew
from ui.components.latent_map import MapRun, Starter, latent_map
from ui.components.latent_map.payload import pack_payload
from ui.runs import Run
from vae_core.recipes import Recipe

_TRANSPORT = "_transport"


def transport() -> str:
    """How frames travel in this session: ``poll``, or ``inline`` when the environment or the browser asks for it."""
    return os.environ.get("LATENT_LAB_TRANSPORT") or st.session_state.get(_TRANSPORT, "poll")


def board(chosen: Sequence[Run], *, key: str, panels: tuple[str, ...], shared_axes: bool = True, starter: Starter | None = None) -> None:
    """Draw runs and keep the drawing up to date while they train; ``starter`` is the page's button that starts others."""
    maps = [on_map(run.id, run.recipe, run.title, run.color, run.status.created, run.recording.probe_fingerprint) for run in chosen]
    if transport() == "inline":
        active = any(run.status.active for run in chosen)
        st.fragment(_inline, run_every=0.5 if active else None)(chosen, active, maps, key, panels, shared_axes)
        return
    told = latent_map(
        key=key, runs=maps, panels=panels, transport="poll", shared_axes=shared_axes, ahead=early.addresses(), starter=starter
    )
    if getattr(told, "transport", None) == "inline":  # the browser found no routes
        st.session_state[_TRANSPORT] = "inline"
        st.rerun()


def on_map(run_id: str, recipe: Recipe, title: str, color: str, begun: float | None, images: str = "") -> MapRun:
    """A run as the board is told of it."""
    return MapRun(run_id, title, color, " · ".join(runs.unit(recipe)), recipe.posterior, recipe.numbers, begun, images)


def _inline(chosen: Sequence[Run], active: bool, maps: list[MapRun], key: str, panels: tuple[str, ...], shared_axes: bool) -> None:
    if active and not any(runs.active(run.id) for run in chosen):
        draw_anew()  # else all would be sent again twice a second for as long as the page is open
    latent_map(key=key, runs=maps, panels=panels, transport="inline", payload=pack_payload(chosen), shared_axes=shared_axes)


def on_screen(key: str) -> dict[str, Any]:
    """What the board with this key says of itself, such as the step it shows."""
    return dict(st.session_state.get(key) or {})
