"""Sums as stacked bars."""

from collections.abc import Sequence

import plotly.graph_objects as go

from vae_core.figures import Spread

MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


def stacked(names: Sequence[str], parts: Sequence[tuple[str, str, Sequence[float]]], *, y_title: str, height: int = 390) -> go.Figure:
    """One bar a name; ``parts`` are (title, colour, one value a bar), from the bottom up."""
    figure = go.Figure(
        [
            go.Bar(x=list(names), y=list(values), name=title, marker={"color": color}, hovertemplate="%{y:.3f}")
            for title, color, values in parts
        ]
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=y_title)
    legend = {"orientation": "h", "y": 1.12, "x": 0}
    return figure.update_layout(barmode="relative", height=height, margin=MARGIN, legend=legend, hovermode="x unified")


def side_by_side(
    names: Sequence[str], groups: Sequence[tuple[str, str, Sequence[Spread]]], *, y_title: str, form: str = ".2f", height: int = 340
) -> go.Figure:
    """Bars side by side, with the standard deviation over seeds; ``groups`` are (title, colour, one figure a name)."""
    figure = go.Figure([_group(names, title, color, figures, form) for title, color, figures in groups])
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=y_title, rangemode="tozero")
    legend = {"orientation": "h", "y": 1.14, "x": 0}
    return figure.update_layout(barmode="group", height=height, margin=MARGIN, legend=legend, hovermode="x unified")


def _group(names: Sequence[str], title: str, color: str, figures: Sequence[Spread], form: str) -> go.Bar:
    spread = [figure.std if len(figure.values) > 1 else 0.0 for figure in figures]
    return go.Bar(
        x=list(names),
        y=[figure.mean for figure in figures],
        error_y={"type": "data", "array": spread, "thickness": 1.5, "width": 4},
        text=[f"{figure.mean:{form}}" for figure in figures],
        textposition="outside",
        cliponaxis=False,
        customdata=spread,
        name=title,
        marker={"color": color},
        hovertemplate=f"%{{y:{form}}} ± %{{customdata:{form}}}",
    )
