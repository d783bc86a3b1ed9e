"""Places on a flat map of the world."""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common


def world(degrees: np.ndarray, names: Sequence[str], labels: np.ndarray, classes: Sequence[str], *, height: int = 190) -> go.Figure:
    """Draw places by latitude and longitude, coloured by class.

    Args:
        degrees: latitude and longitude, shape (n, 2).
        names: one for each place.
        labels: class numbers, shape (n,).
        classes: their names.
        height: pixels.
    """
    traces = [
        go.Scatter(
            x=degrees[chosen, 1],
            y=degrees[chosen, 0],
            text=[escape(names[index]) for index in chosen],
            name=escape(kind),
            mode="markers",
            marker={"size": 4, "color": palette.class_color(label)},
            hovertemplate="%{text}<extra></extra>",
        )
        for label, kind in enumerate(classes)
        if len(chosen := np.flatnonzero(labels == label))
    ]
    hidden = {"visible": False, "fixedrange": True}
    across, up = {**hidden, "range": [-180, 180]}, {**hidden, "range": [-60, 80]}
    return go.Figure(traces, common(height, xaxis=across, yaxis=up, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False))
