"""What the charts' layouts have in common."""

from typing import Any

_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}


def common(height: int, **own: Any) -> dict[str, Any]:
    """A layout: that of all charts, and what is a chart's ``own``.

    A drag does nothing unless a button of the chart is pressed first, so a finger that swipes over a chart scrolls the page.
    """
    return {"height": height, "margin": _MARGIN, "legend": _LEGEND, "dragmode": False} | own
