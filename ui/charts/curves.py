"""Losses over training, and rate against distortion. Nats per image."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go

from ui.charts.layout import common
from ui.history import UNITLESS, History
from ui.phrases import number

LOOKS = {"train": {"dash": "dot", "width": 1.5}, "test": {"dash": "solid", "width": 2.2}}


@dataclass(frozen=True, eq=False)
class Line:
    """The curves of one run, with its name and colour.

    Attributes:
        has_rate: False for a model that encodes to points, which has no KL.
    """

    name: str
    color: str
    history: History
    has_rate: bool

    @property
    def label(self) -> str:
        """The name, safe in a figure, where some HTML counts."""
        return escape(self.name)


def loss_curves(
    lines: Sequence[Line], term: str, *, by: str = "epoch", log_x: bool = False, log_y: bool = False, height: int = 260
) -> go.Figure:
    """One term of the loss over training; test solid, train dotted. All lines must share one unit.

    Args:
        lines: runs whose losses have the same unit.
        term: one of ``TERMS``, or a further one that all lines have; runs without a rate are left out of ``rate``.
        by: ``epoch`` or ``step``.
        log_x: logarithmic steps or epochs; what is not positive is left out there.
        log_y: the same for the losses.
        height: pixels.
    """
    drawn = [line for line in lines if term != "rate" or line.has_rate]
    figure = go.Figure([_curve(line, term, by, split) for line in drawn for split in LOOKS])
    if not drawn:
        figure.add_annotation(text="An AE has no KL.", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    figure.update_xaxes(title="epochs" if by == "epoch" else "updates", type="log" if log_x else "linear")
    figure.update_yaxes(title="no unit" if term in UNITLESS else "nats per image", type="log" if log_y else "linear")
    return figure.update_layout(common(height, showlegend=False, hovermode="x unified"))


def _curve(line: Line, term: str, by: str, split: str) -> go.Scatter:
    x, y = getattr(line.history, by), getattr(line.history, split)[term]
    look = {"color": line.color, **LOOKS[split]}
    return go.Scatter(x=x, y=y, name=f"{line.label}, {split}", mode="lines", line=look, hovertemplate=f"%{{y:{_form(term)}}}")


def written(value: float, term: str) -> str:
    """A value of a term, as the chart writes it under the pointer."""
    return number(value, f"{{:{_form(term)}}}")


def _form(term: str) -> str:
    """How values of a term are written: nats to two decimals; what has no unit may be of any size."""
    return ".3g" if term in UNITLESS else ".2f"


def rate_distortion(lines: Sequence[Line], *, log: bool = False, height: int = 420) -> go.Figure:
    """Test distortion against test rate, as a path over training; the dot is where the run stands now.

    A model without a rate has no place on the plane: its distortion is a level line. Along a dashed diagonal the sum, −ELBO, is constant.
    See Alemi et al. 2018, Fixing a Broken ELBO.
    """
    figure = go.Figure()
    for line in lines:
        if line.has_rate:
            _add_path(figure, line)
            _add_diagonal(figure, line)
        else:
            _add_level(figure, line, _span(lines))
    kind = "log" if log else "linear"
    figure.update_xaxes(title="rate, nats per image", type=kind)
    figure.update_yaxes(title="distortion: reconstruction, nats per image", type=kind)
    if not log:
        figure.update_xaxes(rangemode="tozero")
    return figure.update_layout(common(height, legend={"orientation": "h", "y": -0.2, "x": 0}, hovermode="closest"))


def _add_path(figure: go.Figure, line: Line) -> None:
    rate, distortion = line.history.test["rate"], line.history.test["distortion"]
    sizes = np.full(len(rate), 4.0)
    sizes[-1:] = 13
    figure.add_trace(
        go.Scatter(
            x=rate,
            y=distortion,
            customdata=line.history.epoch,
            mode="lines+markers",
            name=line.label,
            line={"color": line.color, "width": 2},
            marker={"size": sizes, "color": line.color, "opacity": 1},
            hovertemplate="epoch %{customdata:.1f}<br>rate %{x:.2f}<br>distortion %{y:.2f}",
        )
    )


def _add_diagonal(figure: go.Figure, line: Line) -> None:
    """All points with the same sum as where the run stands now."""
    total = line.history.test["rate"] + line.history.test["distortion"]
    if not len(total) or not np.isfinite(total[-1]):
        return
    rate = np.linspace(0.01, max(np.nanmax(line.history.test["rate"]) * 1.1, 0.02), 60)
    figure.add_trace(
        go.Scatter(
            x=rate,
            y=total[-1] - rate,
            mode="lines",
            name=f"same −ELBO as {line.label}: {number(total[-1], '{:.1f}')}",
            line={"color": line.color, "width": 1, "dash": "dash"},
            hoverinfo="skip",
        )
    )


def _add_level(figure: go.Figure, line: Line, span: tuple[float, float]) -> None:
    level = line.history.test["distortion"]
    if len(level) and np.isfinite(level[-1]):
        figure.add_trace(
            go.Scatter(
                x=span,
                y=[level[-1], level[-1]],
                mode="lines",
                name=f"{line.label}: {number(level[-1], '{:.1f}')}, no rate",
                line={"color": line.color, "width": 2, "dash": "dot"},
                hoverinfo="skip",
            )
        )


def _span(lines: Sequence[Line]) -> tuple[float, float]:
    """The rates that the levels of models without a rate are drawn over."""
    rates = np.concatenate([line.history.test["rate"] for line in lines if line.has_rate] or [np.array([1.0])])
    rates = rates[np.isfinite(rates) & (rates > 0)]
    return (float(rates.min()), float(rates.max())) if len(rates) else (0.1, 1.0)
