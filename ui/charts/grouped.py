"""A few figures side by side, over seeds: bars for the mean, and standard deviation as a whisker."""

import textwrap
from collections.abc import Sequence

import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common
from ui.charts.sweeps import Series
from ui.charts.whiskers import whiskers

LINE = 12  # letters of a name, so that names side by side need not stand askew


def grouped(
    names: Sequence[str],
    series: Sequence[Series],
    *,
    y_title: str,
    percent: bool = False,
    level: float | None = None,
    height: int = 360,
) -> go.Figure:
    """One group of bars a name; ``level`` is a dotted line, against which the bars are to be read."""
    figure = go.Figure([trace for one in series for trace in (_bars(names, one, percent), _labels(names, one, percent))])
    if level is not None:
        line = {"color": palette.PRIOR, "width": 1.5, "dash": "dot"}
        figure.add_hline(y=level, line=line)
    figure.update_xaxes(type="category", labelalias={name: "<br>".join(textwrap.wrap(name, LINE)) for name in names})
    figure.update_yaxes(title=y_title, tickformat=".0%" if percent else "~g", rangemode="tozero")
    return figure.update_layout(common(height, barmode="group", scattermode="group", showlegend=len(series) > 1, hovermode="x unified"))


def _bars(names: Sequence[str], series: Series, percent: bool) -> go.Bar:
    form = ".1%" if percent else ".3g"
    return go.Bar(
        x=list(names),
        y=[figure.mean for figure in series.figures],
        error_y={"type": "data", "array": whiskers(series.figures), "thickness": 1.5, "width": 4, "color": palette.WHISKER},
        customdata=whiskers(series.figures),
        name=series.name,
        offsetgroup=series.name,
        marker={"color": series.color},
        hovertemplate=f"%{{y:{form}}} ± %{{customdata:{form}}}",
    )


def _labels(names: Sequence[str], series: Series, percent: bool) -> go.Scatter:
    """The means, above the whiskers: a bar too low to be seen has its figure all the same."""
    return go.Scatter(
        x=list(names),
        y=[figure.mean + spread for figure, spread in zip(series.figures, whiskers(series.figures), strict=True)],
        text=[f"{figure.mean:{'.1%' if percent else '.2f'}}" for figure in series.figures],
        mode="text",
        textposition="top center",
        cliponaxis=False,
        offsetgroup=series.name,
        showlegend=False,
        hoverinfo="skip",
    )
