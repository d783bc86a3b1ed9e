"""The codes of several runs on top of each other, each run with the longest axis of its crowd."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common

TURN = np.linspace(0, 2 * np.pi, 90)
REACH = 2.0  # standard deviations that an axis is drawn to each side


def crowds(codes: Sequence[np.ndarray], names: Sequence[str], *, height: int = 390) -> go.Figure:
    """Codes (n, 2) of each run, faint; the line is the direction in which they spread most. Dotted: the prior at 1, 2 and 3 σ."""
    traces = []
    for times in (1, 2, 3):
        line = {"color": palette.PRIOR, "width": 1, "dash": "dot"}
        x, y = times * np.cos(TURN), times * np.sin(TURN)
        traces.append(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False))
    for one, name, color in zip(codes, names, palette.CLASSES, strict=False):
        faint = {"size": 4, "color": color, "opacity": 0.25}
        traces.append(go.Scatter(x=one[:, 0], y=one[:, 1], mode="markers", marker=faint, hoverinfo="skip", showlegend=False))
        x, y = longest_axis(one).T
        traces.append(go.Scatter(x=x, y=y, mode="lines", line={"color": color, "width": 4}, name=name, hoverinfo="name"))
    figure = go.Figure(traces)
    figure.update_xaxes(title="z₁")
    figure.update_yaxes(title="z₂", scaleanchor="x")
    return figure.update_layout(common(height))


def longest_axis(codes: np.ndarray) -> np.ndarray:
    """Both ends of the first principal axis of codes (n, 2), ``REACH`` standard deviations from their mean: (2, 2)."""
    values, vectors = np.linalg.eigh(np.cov(codes.T))
    away = REACH * np.sqrt(values[-1]) * vectors[:, -1]
    return codes.mean(0) + np.stack([-away, away])
