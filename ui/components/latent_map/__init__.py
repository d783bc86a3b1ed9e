"""The app's live instrument: latent maps side by side, decoded in the browser, with playback over the recordings."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui import palette
from vae_core import wire

PANELS = ("timeline", "map", "image", "sliders", "reconstructions", "samples", "traversals", "interpolation", "curves", "drawing")
# One inline module: what a file runs while it is read may use what stands before it; its functions and methods, all of it.
SCRIPTS = (
    "wire", "extras", "network", "noise", "moment", "blend", "recording", "kept", "early", "feed", "far", "player", "dom", "labels",
    "sight", "headstart", "pca", "plane", "box", "density", "holes", "prior", "field", "warp", "codebook", "map", "scatter", "marks",
    "globe", "manifold", "strips", "films", "curves", "sliders", "timeline", "toolbar", "axes", "ends", "progress", "pointer", "portrait",
    "ink", "drawing", "column", "main",
)  # fmt: skip
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class MapRun:
    """One model to show.

    Attributes:
        id: public id, as in ``/api/runs/{id}``.
        title: heading of its column.
        color: its colour, as ``#rrggbb``.
        likelihood: what its losses are measured in; runs that differ in it get loss curves of their own.
        posterior: what its encoder gives, as the recipe says it.
        latent_dim: numbers in a code.
        begun: when it was begun, so that a run that is begun anew is followed anew; None if it is still to be made.
        images: fingerprint of its test images; empty while they are not known.
    """

    id: str
    title: str
    color: str
    likelihood: str
    posterior: str
    latent_dim: int
    begun: float | None = 0.0
    images: str = ""


@dataclass(frozen=True)
class Starter:
    """A button of the page that puts other runs on the board, which need not wait for the page to be drawn anew.

    Attributes:
        button: its key.
        answered: how many presses on it the page has answered, whatever the answer.
        runs: what a press would put on the board; none if that is not known before.
    """

    button: str
    answered: int
    runs: Sequence[MapRun]


def script(*names: str) -> str:
    """The component's JavaScript, or only the named parts of it."""
    return "\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names or SCRIPTS)


def _component(name: str, js: str) -> Any:
    html, css = ((_FOLDER / f"latent_map.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return st.components.v2.component(name, html=html, css=css, js=js)


WHOLE = script()
VERSION = hashlib.sha256(WHOLE.encode()).hexdigest()[:16]
_ADDRESS = f"api/instrument/{VERSION}.js"
_COMPONENTS = {
    "poll": _component("latent_map", script("boot") % {"path": _ADDRESS}),
    "inline": _component("latent_map_whole", WHOLE),
}


def _nothing() -> None:
    """A callback must be given for each value that the component sends."""


def latent_map(
    *,
    key: str,
    runs: Sequence[MapRun],
    panels: Sequence[str],
    transport: str = "poll",
    payload: bytes | None = None,
    shared_axes: bool = True,
    ahead: Sequence[str] = (),
    starter: Starter | None = None,
) -> Any:
    """Show runs side by side and follow them while they train.

    Args:
        key: keeps the instrument, and what the person did with it, over reruns.
        runs: the models, left to right.
        panels: some of ``PANELS``.
        transport: ``poll`` lets the browser fetch from ``/api``; ``inline`` reads ``payload``.
        payload: from ``payload.pack_payload``; only for ``inline``.
        shared_axes: whether all maps show the same part of the plane, until the person chooses.
        ahead: addresses of what other pages will need, for the browser to fetch when it has all of these runs.
        starter: the button that starts runs for this board, if the page has one.

    Returns:
        ``z`` {"run", "z"} after the code was moved; ``frame`` {run: index} after a scrub; ``picked`` {"run", "index"} in the one rerun
        after a point was clicked; ``ended`` a run's id in the one rerun that its end brings about; ``transport`` "inline" once the
        browser found that the app serves no routes. Each may be None.

    Raises:
        ValueError: if a panel is not known, or ``inline`` comes without a payload.
    """
    if unknown := set(panels) - set(PANELS):
        raise ValueError(f"There is no panel {', '.join(sorted(unknown))}; choose from {', '.join(PANELS)}.")
    if (transport == "inline") != (payload is not None):
        raise ValueError("A payload belongs to the transport inline, and only to it.")
    settings = {
        "runs": [dataclasses.asdict(run) for run in runs],
        "panels": list(panels),
        "transport": transport,
        "shared_axes": shared_axes,
        "ahead": list(ahead),
        "starter": starter and dataclasses.asdict(starter),
        "script": _ADDRESS,
        "class_colors": list(palette.CLASSES),
        "prior_color": palette.PRIOR,
        "spread_color": palette.SIGMA,
    }
    return _COMPONENTS[transport](
        key=key,
        # In a list, for in a dict Streamlit looks for tables, and loads pandas for it: 70 MB and half a second.
        data=[settings] if payload is None else _with_settings(payload, settings),
        on_z_change=_nothing,
        on_frame_change=_nothing,
        on_picked_change=_nothing,
        on_ended_change=_nothing,
        on_transport_change=_nothing,
    )


def _with_settings(payload: bytes, settings: dict[str, Any]) -> bytes:
    """Components take bytes only as the whole of their data, so the settings travel in the payload's header."""
    meta, arrays = wire.unpack(payload)
    return wire.pack({**meta, **settings}, arrays)
