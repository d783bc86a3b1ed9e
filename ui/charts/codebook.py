"""A codebook of vectors of two numbers: where they lie, and how often each is used."""

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common

LARGEST = 34  # pixels: the diameter of the vector in use most often, in any of the moments


def codebook(words: np.ndarray, shares: np.ndarray, *, moment: int, used: str, height: int = 360) -> go.Figure:
    """Draw one moment of a codebook, at the scale of all moments.

    Args:
        words: vectors in use, shape (moments, k, 2), NaN for those out of use.
        shares: how often each is used, 0 to 1, shape (moments, k).
        moment: which one to draw.
        used: what a share is, in words.
        height: pixels.
    """
    there = np.isfinite(words[moment]).all(-1)
    points, share = words[moment][there], shares[moment][there]
    reach = 1.1 * float(np.nanmax(np.abs(words)))
    marker = {
        "size": LARGEST * np.sqrt(share / shares.max()),
        "color": palette.CODE,
        "opacity": 0.8,
        "line": {"width": 1, "color": palette.PRIOR},
    }
    dots = go.Scatter(
        x=points[:, 0],
        y=points[:, 1],
        customdata=share,
        mode="markers",
        marker=marker,
        hovertemplate=f"(%{{x:.2f}}, %{{y:.2f}})<br>{used}: %{{customdata:.1%}}<extra></extra>",
    )
    figure = go.Figure([dots])
    figure.update_xaxes(title="e₁", range=[-reach, reach], constrain="domain")
    figure.update_yaxes(title="e₂", range=[-reach, reach], constrain="domain", scaleanchor="x")
    return figure.update_layout(common(height, showlegend=False))


def usage(epochs: np.ndarray, used: np.ndarray, codes: int, *, moment: float, titles: tuple[str, str], height: int = 360) -> go.Figure:
    """How many of ``codes`` are in use, by epoch; ``titles`` of x and y. The level line is all of them, the upright one the moment."""
    line = {"color": palette.CODE, "width": 2.5}
    figure = go.Figure([go.Scatter(x=epochs, y=used, mode="lines", line=line, hovertemplate="%{y:.1f}<extra></extra>")])
    dotted = {"color": palette.PRIOR, "width": 1.5, "dash": "dot"}
    figure.add_hline(y=codes, line=dotted)
    figure.add_vline(x=moment, line=dotted)
    figure.update_xaxes(title=titles[0])
    figure.update_yaxes(title=titles[1], range=[0, 1.08 * codes])
    return figure.update_layout(common(height, showlegend=False))
