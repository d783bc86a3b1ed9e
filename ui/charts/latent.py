"""The latent scatter: where a model puts the probe images."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from ui import ink, palette
from ui.charts.density import density
from ui.charts.layout import common
from ui.charts.plane import Plane
from vae_core.frame import Frame, Probe

ELLIPSES = 200
GRID = 56
RINGS = (1, 2)  # σ of N(0, I), as on the canvas
ROOM = 0.03  # a ring's name is written if the ring's radius is more than this part of the picture
LEGIBLE = 0.1  # class names are written if the classes' middles spread over more than this part of the picture
_TURN = np.linspace(0, 2 * np.pi, 33)
_FINE_TURN = np.linspace(0, 2 * np.pi, 181)


@dataclass(frozen=True, eq=False)
class Codes:
    """The codes of one model in its plane.

    Attributes:
        points: shape (n, 2).
        covariances: posterior covariances in the plane, shape (n, 2, 2), or None for a model that encodes to points.
        labels: class numbers, shape (n,); ``classes``: their names.
        names: one name for each point, or none at all.
    """

    points: np.ndarray
    covariances: np.ndarray | None
    labels: np.ndarray
    classes: Sequence[str]
    plane: Plane = field(repr=False)
    names: Sequence[str] = ()

    @classmethod
    def of(cls, frame: Frame, probe: Probe, plane: Plane) -> "Codes":
        """Project a frame's codes."""
        clouds = plane.covariances(frame.sigma) if len(frame.sigma) and not plane.flat else None
        return cls(plane.project(frame.mu), clouds, probe.labels[: len(frame.mu)], probe.classes, plane, probe.names)

    def name(self, label: int) -> str:
        """The name of a class, safe in a figure, where some HTML counts."""
        return escape(str(self.classes[label])) if label < len(self.classes) else str(label)


def latent_scatter(
    codes: Codes,
    extent: tuple[list[float], list[float]],
    *,
    ellipses: bool = True,
    rings: bool = True,
    contours: bool = False,
    prior: np.ndarray | None = None,
    selected: Sequence[int] = (),
    height: int = 390,
) -> go.Figure:
    """Draw codes by class; every point's ``customdata`` is its place in the probe.

    Args:
        codes: what to draw.
        extent: ranges of x and y, see ``extents``.
        ellipses: true-scale one-σ ellipses of a readable subset.
        rings: the prior: one and two σ of N(0, I), or lines of equal density of ``prior``.
        contours: lines of equal density of all codes.
        prior: draws from the model's own prior, in the plane, shape (m, 2); None for N(0, I).
        selected: probe indices to ring.
        height: pixels.
    """
    present = [int(label) for label in np.unique(codes.labels)]
    traces: list[BaseTraceType] = [_contours(codes.points, codes.covariances, extent, "solid")] if contours else []
    if ellipses and codes.covariances is not None:
        traces += _ellipses(codes)
    traces += [_class_points(codes, label) for label in present]
    notes = _names(codes, present, extent)
    if rings and not codes.plane.flat:
        traces.append(_rings() if prior is None else _contours(prior, None, extent, "dot"))
        notes += _ring_names(extent) if prior is None else []
    if len(selected):
        traces.append(_highlight(codes, selected))
    # One call: a figure checks all it has again with each trace or note that is added.
    return go.Figure(traces, {**_frame(codes.plane, extent, height), "annotations": notes})


def _class_points(codes: Codes, label: int) -> go.Scattergl:
    chosen = np.flatnonzero(codes.labels == label)
    name = codes.name(label)
    called = "%{text}<br>" if codes.names else ""
    return go.Scattergl(
        x=codes.points[chosen, 0],
        y=codes.points[chosen, 1],
        customdata=chosen,
        mode="markers",
        name=name,
        text=[escape(codes.names[index]) for index in chosen] if codes.names else None,
        marker={"size": 6, "color": palette.class_color(label), "opacity": 0.8, "line": {"width": 0}},
        hovertemplate=f"<b>{name}</b><br>{called}(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
    )


def _ellipses(codes: Codes) -> list[BaseTraceType]:
    """One line trace a class; the same evenly spread subset in every frame."""
    subset = np.unique(np.linspace(0, len(codes.points) - 1, ELLIPSES).astype(int))
    traces: list[BaseTraceType] = []
    for label in np.unique(codes.labels[subset]):
        chosen = subset[codes.labels[subset] == label]
        # In single precision, as they are most of what a page of maps sends.
        outline = ellipse_outline(codes.points[chosen], codes.covariances[chosen]).astype(np.float32)
        line = {"color": palette.translucent(palette.class_color(int(label)), 0.45), "width": 1}
        traces.append(go.Scattergl(x=outline[:, 0], y=outline[:, 1], mode="lines", line=line, hoverinfo="skip"))
    return traces


def ellipse_outline(centres: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """Outlines where the Mahalanobis distance is one, each closed and followed by a NaN row, shape (n · 34, 2)."""
    values, vectors = np.linalg.eigh(covariances)
    halves = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
    circle = np.stack([np.cos(_TURN), np.sin(_TURN)])
    outline = centres[:, None, :] + np.einsum("nij,jt->nti", halves, circle)
    gap = np.full((len(centres), 1, 2), np.nan)
    return np.concatenate([outline, gap], 1).reshape(-1, 2)


def _rings() -> go.Scattergl:
    circle = np.stack([np.cos(_FINE_TURN), np.sin(_FINE_TURN)], 1)
    outline = np.concatenate([np.vstack([radius * circle, [[np.nan, np.nan]]]) for radius in RINGS], dtype=np.float32)
    line = {"color": palette.PRIOR, "width": 1.5, "dash": "dot"}
    return go.Scattergl(x=outline[:, 0], y=outline[:, 1], mode="lines", line=line, hoverinfo="skip")


def _ring_names(extent: tuple[list[float], list[float]]) -> list[dict[str, object]]:
    """Each ring's σ: the inner one's below on the left, the outer one's above on the right, so that they never meet."""
    across = extent[0][1] - extent[0][0]
    return [
        {
            "x": side * radius * np.sqrt(0.5),
            "y": side * radius * np.sqrt(0.5),
            "xshift": 9 * side,
            "yshift": 7 * side,
            "text": f"<b>{radius}σ</b>",
            "showarrow": False,
            "font": {"size": 12},
        }
        for radius, side in zip(RINGS, (-1, 1), strict=True)
        if radius > ROOM * across
    ]


def _contours(points: np.ndarray, covariances: np.ndarray | None, extent: tuple[list[float], list[float]], dash: str) -> go.Contour:
    x, y = (np.linspace(*side, GRID) for side in extent)
    tone = palette.translucent(palette.PRIOR, 0.9)
    return go.Contour(
        x=x,
        y=y,
        z=density(points, covariances, x, y),
        ncontours=9,
        contours={"coloring": "lines"},
        colorscale=[[0, tone], [1, tone]],
        line={"width": 1, "dash": dash},
        showscale=False,
        hoverinfo="skip",
    )


def _highlight(codes: Codes, selected: Sequence[int]) -> go.Scattergl:
    points = codes.points[[index for index in selected if index < len(codes.points)]]
    marker = {"size": 12, "color": palette.SELECTED, "symbol": "circle-open", "line": {"width": 2}}
    return go.Scattergl(x=points[:, 0], y=points[:, 1], mode="markers", marker=marker, hoverinfo="skip")


def _names(codes: Codes, present: Sequence[int], extent: tuple[list[float], list[float]]) -> list[dict[str, object]]:
    """Each class's name on its middle, so that nobody has to decode ten colours; none if they would cover the points."""
    middles = np.array([np.median(codes.points[codes.labels == label], axis=0) for label in present])
    if not len(middles) or middles.std(0).max() < LEGIBLE * (extent[0][1] - extent[0][0]):
        return []
    return [
        {
            "x": middle[0],
            "y": middle[1],
            "text": f"<b>{codes.name(label)}</b>",
            "showarrow": False,
            "font": {"size": 12, "color": ink.on(palette.class_color(label))},
            "bgcolor": palette.class_color(label),
            "borderpad": 1,
        }
        for label, middle in zip(present, middles, strict=True)
    ]


def _frame(plane: Plane, extent: tuple[list[float], list[float]], height: int) -> dict[str, Any]:
    across = {"title": {"text": plane.names[0]}, "range": extent[0], "zeroline": True, "constrain": "domain"}
    up = {"title": {"text": plane.names[1]}, "range": extent[1], "zeroline": True, "constrain": "domain", "scaleanchor": "x"}
    if plane.flat:
        up = {"range": [-1.5, 1.5], "visible": False}
    return common(height, xaxis=across, yaxis=up, showlegend=False)
