"""A figure against a setting, over seeds: mean, and standard deviation as a bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ui.charts.layout import common
from ui.charts.whiskers import whiskers
from vae_core.figures import Spread


@dataclass(frozen=True)
class Series:
    """One line: a name, a colour, a dash, and a figure at each setting."""

    name: str
    color: str
    figures: Sequence[Spread]
    dash: str = "solid"


def sweep(
    settings: Sequence[float],
    series: Sequence[Series],
    *,
    x_title: str,
    y_title: str,
    log_y: bool = False,
    percent: bool = False,
    height: int = 360,
) -> go.Figure:
    """Lines over settings that are spaced evenly whatever they are; ``percent`` writes shares as percentages."""
    places = [f"{value:g}" for value in settings]
    figure = go.Figure([_line(places, one, percent) for one in series])
    figure.update_xaxes(title=x_title, type="category")
    figure.update_yaxes(title=y_title, tickformat=".0%" if percent else "~g")
    figure.update_yaxes({"type": "log", "dtick": 1} if log_y else {"rangemode": "tozero"})
    return figure.update_layout(common(height, hovermode="x unified"))


def _line(places: list[str], series: Series, percent: bool) -> go.Scatter:
    spread = whiskers(series.figures)
    form = ".1%" if percent else ".3g"
    return go.Scatter(
        x=places,
        y=[figure.mean for figure in series.figures],
        error_y={"type": "data", "array": spread, "thickness": 1.5, "width": 4},
        customdata=spread,
        name=series.name,
        mode="lines+markers",
        line={"color": series.color, "width": 2.5, "dash": series.dash},
        marker={"size": 8},
        hovertemplate=f"%{{y:{form}}} ± %{{customdata:{form}}}",
    )
