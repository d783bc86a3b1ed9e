"""KL per latent dimension, and which dimensions are in use."""

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common
from vae_core.active import active_units


def kl_per_dimension(kl: np.ndarray, variance: np.ndarray, *, y_title: str = "KL, nats per image", height: int = 300) -> go.Figure:
    """Bars of mean KL, one a dimension; those of dimensions that are not active are grey and hatched.

    Args:
        kl: nats, shape (d,).
        variance: variance of the means over images, shape (d,).
        y_title: what the bars are, where they are no KL.
        height: pixels.
    """
    return _bars(kl, variance, active_units(variance), ("active", "not active"), y_title, height)


def kl_paid(kl: np.ndarray, variance: np.ndarray, least: float, *, names: tuple[str, str], height: int = 300) -> go.Figure:
    """The same bars; grey and hatched are those of ``least`` nats or less. ``names``: of the dimensions above it, and of the others."""
    return _bars(kl, variance, kl > least, names, "KL, nats per image", height)


def _bars(kl: np.ndarray, variance: np.ndarray, chosen: np.ndarray, kinds: tuple[str, str], y_title: str, height: int) -> go.Figure:
    """Bars of KL (d,); ``chosen`` (d,) tells the two ``kinds`` apart."""
    names = np.array([f"z{_subscript(i + 1)}" for i in range(len(kl))])
    figure = go.Figure()
    for kind, of_it, color, pattern in ((kinds[0], chosen, palette.RATE, ""), (kinds[1], ~chosen, palette.PRIOR, "/")):
        figure.add_trace(
            go.Bar(
                x=names[of_it],
                y=kl[of_it],
                customdata=variance[of_it],
                name=kind,
                marker={"color": color, "pattern": {"shape": pattern}},
                hovertemplate="%{x}: %{y:.3f} nats<br>Var(μ) = %{customdata:.4f}<extra></extra>",
                showlegend=True,
            )
        )
    figure.update_xaxes(title="latent dimension", tickfont={"size": 15}, categoryorder="array", categoryarray=list(names))
    figure.update_yaxes(title=y_title, rangemode="tozero")
    return figure.update_layout(common(height, barmode="overlay"))


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
