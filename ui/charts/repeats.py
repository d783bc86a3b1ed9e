"""One image encoded again and again, and what single draws say of a gradient."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common


def repeats(everyone: np.ndarray, codes: np.ndarray, *, color: str, height: int = 330) -> go.Figure:
    """Codes (k, 2) of one image, on the ground of those of all images (n, 2)."""
    ground = go.Scatter(
        x=everyone[:, 0], y=everyone[:, 1], mode="markers", marker={"size": 4, "color": palette.PRIOR, "opacity": 0.35}, hoverinfo="skip"
    )
    marker = {"size": 10, "color": color, "opacity": 0.75, "line": {"width": 1, "color": "#ffffff"}}
    again = go.Scatter(x=codes[:, 0], y=codes[:, 1], mode="markers", marker=marker, hovertemplate="(%{x:.2f}, %{y:.2f})<extra></extra>")
    figure = go.Figure([ground, again])
    figure.update_xaxes(title="z₁")
    figure.update_yaxes(title="z₂", scaleanchor="x")
    return figure.update_layout(common(height, showlegend=False))


def histograms(series: Sequence[tuple[str, str, np.ndarray]], *, x_title: str, y_title: str, height: int = 300) -> go.Figure:
    """How single draws scatter: one histogram for each (title, colour, values), in equal bins."""
    values = np.concatenate([values for _, _, values in series])
    low, high = np.quantile(values, [0.005, 0.995])
    bins = {"start": float(low), "end": float(high), "size": float((high - low) / 40) or 1.0}
    figure = go.Figure(
        [
            go.Histogram(x=values, name=title, marker={"color": color}, opacity=0.7, xbins=bins, hovertemplate="%{x}: %{y}")
            for title, color, values in series
        ]
    )
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure.update_layout(common(height, barmode="overlay"))
