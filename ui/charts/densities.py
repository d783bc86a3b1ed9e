"""Densities along a line, on top of each other."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common

FILL = 0.2  # how opaque


def densities(
    places: np.ndarray, lines: Sequence[tuple[str, str, np.ndarray]], *, x_title: str, y_title: str, height: int = 280
) -> go.Figure:
    """One filled curve for each (title, colour, density at each of the ``places``)."""
    figure = go.Figure(
        [
            go.Scatter(
                x=places,
                y=values,
                name=title,
                mode="lines",
                line={"color": color, "width": 2.5},
                fill="tozeroy",
                fillcolor=palette.translucent(color, FILL),
                hovertemplate="%{y:.2f}",
            )
            for title, color, values in lines
        ]
    )
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title, rangemode="tozero")
    return figure.update_layout(common(height, hovermode="x unified"))
