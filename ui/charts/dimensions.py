"""KL per latent dimension, and which dimensions are in use."""

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common
from vae_core.active import active_units


def kl_per_dimension(kl: np.ndarray, variance: np.ndarray, *, y_title: str = "KL, nats per image", height: int = 300) -> go.Figure:
    """Bars of mean KL, one a dimension; dimensions that are not in use are grey and hatched.

    Args:
        kl: nats, shape (d,).
        variance: variance of the means over images, shape (d,).
        y_title: what the bars are, where they are no KL.
        height: pixels.
    """
    active = active_units(variance)
    names = np.array([f"z{_subscript(i + 1)}" for i in range(len(kl))])
    figure = go.Figure()
    for state, color, pattern in ((True, palette.RATE, ""), (False, palette.PRIOR, "/")):
        chosen = active == state
        figure.add_trace(
            go.Bar(
                x=names[chosen],
                y=kl[chosen],
                customdata=variance[chosen],
                name="active" if state else "not active",
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
