"""One figure of several models, over seeds: mean, and standard deviation as a bar."""

from collections.abc import Sequence

import plotly.graph_objects as go

from ui.charts.layout import common
from ui.charts.whiskers import whiskers
from vae_core.figures import Spread


def rungs(names: Sequence[str], figures: Sequence[Spread], *, color: str, x_title: str, height: int = 300) -> go.Figure:
    """One row a model, the first on top."""
    spread = whiskers(figures)
    dots = go.Scatter(
        x=[figure.mean for figure in figures],
        y=list(names),
        error_x={"type": "data", "array": spread, "thickness": 2, "width": 5},
        customdata=spread,
        mode="markers",
        marker={"size": 11, "color": color},
        hovertemplate="%{y}: %{x:.2f} ± %{customdata:.2f}<extra></extra>",
    )
    figure = go.Figure([dots])
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    return figure.update_layout(common(height, showlegend=False))
