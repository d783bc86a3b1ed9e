"""A figure that each place of a latent plane has, with codes upon it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common


def field(values: np.ndarray, box: np.ndarray, crowds: Sequence[tuple[np.ndarray, str]], *, title: str, height: int = 430) -> go.Figure:
    """Draw the field, and crowds of codes as dots.

    Args:
        values: on an even grid, the first row lowest, shape (rows, columns).
        box: the lowest and the highest corner of that grid, shape (2, 2).
        crowds: codes (n, 2) and their colour.
        title: of the colour scale.
        height: pixels.
    """
    x, y = (np.linspace(*box[:, axis], count) for axis, count in zip((0, 1), values.shape[::-1], strict=True))
    # Below the map: on a phone it needs the whole width.
    bar = {"title": {"text": title, "side": "top"}, "orientation": "h", "y": -0.2, "yanchor": "top", "thickness": 12, "tickformat": "~g"}
    heat = go.Heatmap(
        x=x,
        y=y,
        z=values,
        zsmooth="best",
        colorscale="Cividis",
        colorbar=bar,
        hovertemplate="%{z:.3f}<extra></extra>",
    )
    figure = go.Figure([heat, *(_dots(codes, color) for codes, color in crowds)])
    figure.update_xaxes(title="z₁", range=box[:, 0].tolist())
    figure.update_yaxes(title="z₂", range=box[:, 1].tolist())
    return figure.update_layout(common(height, showlegend=False))


def walked(figure: go.Figure, way: np.ndarray, place: int) -> go.Figure:
    """The same with a way, places (m, 2), and a ring around one of them."""
    line, circle = {"color": palette.SELECTED, "width": 2, "dash": "dot"}, {"symbol": "circle-open", "line": {"width": 3}}
    path = go.Scatter(x=way[:, 0], y=way[:, 1], mode="lines", line=line, hoverinfo="skip")
    ring = go.Scatter(x=way[[place], 0], y=way[[place], 1], mode="markers", marker={"size": 15, "color": palette.SELECTED, **circle})
    return figure.add_traces([path, ring.update(hoverinfo="skip", cliponaxis=False)])


def _dots(codes: np.ndarray, color: str) -> go.Scatter:
    marker = {"size": 5, "color": color, "line": {"width": 0.5, "color": "#000000"}}
    return go.Scatter(x=codes[:, 0], y=codes[:, 1], mode="markers", marker=marker, hoverinfo="skip")
