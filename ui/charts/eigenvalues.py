"""What linear theory says of a collapse: which principal directions of the data are worth their price."""

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common


def above_price(values: np.ndarray, price: float, *, titles: tuple[str, str, str], height: int = 300) -> go.Figure:
    """Eigenvalues (d,) as bars, hatched grey where they do not exceed the price βσ², which is a level line.

    Args:
        values: variance of the data along each principal direction, largest first.
        price: what a direction must exceed.
        titles: of the horizontal axis, the vertical axis and the line.
        height: pixels.
    """
    pays = values > price
    marker = {
        "color": [palette.MU if one else palette.PRIOR for one in pays],
        "pattern": {"shape": ["" if one else "/" for one in pays]},
    }
    figure = go.Figure(go.Bar(x=[str(place + 1) for place in range(len(values))], y=values, marker=marker, hovertemplate="%{y:.3f}"))
    figure.add_hline(y=price, line={"color": palette.RATE, "width": 2.5})
    figure.update_xaxes(title=f"{titles[0]}; {titles[2]} {price:g}", type="category")
    figure.update_yaxes(title=titles[1], range=[0, 1.15 * max(float(values.max()), price)])
    return figure.update_layout(common(height, showlegend=False))
