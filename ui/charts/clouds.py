"""The cloud of one image among the codes of all."""

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common

TURN = np.linspace(0, 2 * np.pi, 60)


def one_cloud(everyone: np.ndarray, mean: np.ndarray, spread: np.ndarray, z: np.ndarray | None, *, height: int = 300) -> go.Figure:
    """Codes of all images (n, 2) in grey; the cloud of one, N(mean, spread²), at 1 and 2 standard deviations; and a draw z, if any."""
    ground = {"size": 4, "color": palette.PRIOR, "opacity": 0.35}
    traces = [go.Scatter(x=everyone[:, 0], y=everyone[:, 1], mode="markers", marker=ground, hoverinfo="skip", name="all new digits")]
    for times in (1, 2):
        x, y = mean[0] + times * spread[0] * np.cos(TURN), mean[1] + times * spread[1] * np.sin(TURN)
        line = {"color": palette.SIGMA, "width": 2.5 / times}
        traces.append(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="σ", showlegend=times == 1))
    traces.append(_dot(mean, palette.MU, "circle", "μ"))
    if z is not None:
        traces.append(_dot(z, palette.CODE, "diamond", "z"))
    figure = go.Figure(traces)
    figure.update_xaxes(title="z₁")
    figure.update_yaxes(title="z₂", scaleanchor="x")
    return figure.update_layout(common(height))


def _dot(place: np.ndarray, color: str, symbol: str, name: str) -> go.Scatter:
    marker = {"size": 11, "color": color, "symbol": symbol, "line": {"width": 1, "color": "#ffffff"}}
    return go.Scatter(x=place[:1], y=place[1:], mode="markers", marker=marker, name=name, hovertemplate="(%{x:.2f}, %{y:.2f})")
