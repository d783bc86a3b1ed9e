"""Figures for browsers without WebGL, or without a graphics card to draw with it."""

import plotly.graph_objects as go


def as_svg(figure: go.Figure) -> go.Figure:
    """The same figure with its points and lines as SVG: every browser draws that, but thousands of points slowly."""
    drawn = figure.to_dict()
    for trace in drawn["data"]:
        if trace["type"] == "scattergl":
            trace["type"] = "scatter"
    return go.Figure(drawn)
