"""Sums as stacked bars."""

from collections.abc import Sequence

import plotly.graph_objects as go

from ui.charts.layout import common


def stacked(
    names: Sequence[str], parts: Sequence[tuple[str, str, Sequence[float]]], *, x_title: str, y_title: str, height: int = 390
) -> go.Figure:
    """One bar a name; ``parts`` are (title, colour, one value a bar), from the bottom up."""
    figure = go.Figure(
        [
            go.Bar(x=list(names), y=list(values), name=title, marker={"color": color}, hovertemplate="%{y:.3f}")
            for title, color, values in parts
        ]
    )
    figure.update_xaxes(title=x_title, type="category")
    figure.update_yaxes(title=y_title)
    return figure.update_layout(common(height, barmode="relative", hovermode="x unified"))
