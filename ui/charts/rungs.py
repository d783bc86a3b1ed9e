"""One figure of several models, over seeds: mean, and standard deviation as a bar."""

from collections.abc import Sequence

import plotly.graph_objects as go

from vae_core.figures import Spread

MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


def rungs(names: Sequence[str], figures: Sequence[Spread], *, color: str, x_title: str, height: int = 300) -> go.Figure:
    """One row a model, the first on top."""
    several = all(len(figure.values) > 1 for figure in figures)
    spread = [figure.std if several else 0.0 for figure in figures]
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
    return figure.update_layout(height=height, margin=MARGIN, showlegend=False)
