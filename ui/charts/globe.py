"""Places on a globe, where a model puts them, and how far off it is everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ui import palette
from ui.charts.layout import common

UNDER = 0.985  # the surface lies a little below the points, so that it does not cut them
DISTANCE = 1.45  # of the eye
_HIDDEN = {"visible": False, "showspikes": False}


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """Cities and where they came out.

    Attributes:
        cities, rebuilt: unit vectors, shape (n, 3).
        off: distances in km, shape (n,); ``names``: one a city.
    """

    cities: np.ndarray
    rebuilt: np.ndarray
    off: np.ndarray
    names: Sequence[str]


def flat_map(
    degrees: np.ndarray, names: Sequence[str], away: np.ndarray, *, top: float, titles: tuple[str, str, str], height: int = 340
) -> go.Figure:
    """A map of the whole globe: nothing is hidden behind.

    Args:
        degrees: latitude and longitude of the cities, shape (n, 2).
        names: one a city.
        away: how far off each place is rebuilt, km, shape (rows, columns), from pole to pole and from 180° west to 180° east.
        top: km at the end of the colour scale.
        titles: of longitude, latitude and the colour scale.
        height: pixels.
    """
    rows, columns = away.shape
    # Below the map, which is wider than high: on a phone it needs the whole width.
    bar = {
        "title": {"text": titles[2], "side": "top"},
        "orientation": "h",
        "y": -0.3,
        "yanchor": "top",
        "thickness": 12,
        "tickformat": ",.0f",
    }
    heat = go.Heatmap(
        x=np.linspace(-180, 180, columns),
        y=np.linspace(-90, 90, rows),
        z=away,
        zmin=0,
        zmax=top,
        colorscale="Cividis",
        colorbar=bar,
        hovertemplate="%{z:,.0f} km off<extra></extra>",
    )
    marker = {"size": 5, "color": "#ffffff", "line": {"width": 0.5, "color": "#000000"}}
    cities = go.Scatter(
        x=degrees[:, 1], y=degrees[:, 0], mode="markers", text=list(names), marker=marker, hovertemplate="%{text}<extra></extra>"
    )
    figure = go.Figure([heat, cities])
    figure.update_xaxes(title=titles[0], range=[-180, 180], dtick=60, constrain="domain")
    figure.update_yaxes(title=titles[1], range=[-90, 90], dtick=30, scaleanchor="x", constrain="domain")
    return figure.update_layout(common(height, showlegend=False))


def globe(rebuilt: Rebuilt, grid: np.ndarray, away: np.ndarray, *, top: float, eye: np.ndarray, height: int = 380) -> go.Figure:
    """A globe that can be turned.

    Args:
        rebuilt: the cities, each with a line to where it came out.
        grid: places in rows of equal latitude, unit vectors, shape (rows, columns, 3).
        away: how far off each is rebuilt, km, shape (rows, columns); it colours the globe.
        top: km at the end of the colour scale.
        eye: above which place it is looked at first, a unit vector (3,).
        height: pixels.
    """
    labels = [f"{name}: {km:,.0f} km off" for name, km in zip(rebuilt.names, rebuilt.off, strict=True)]
    places = _points(rebuilt.cities, labels, "#ffffff", 3.5), _points(rebuilt.rebuilt, labels, palette.AE, 3.5)
    traces = [_ball(grid * UNDER, away, top), *places, _lines(rebuilt)]
    camera = {"eye": dict(zip("xyz", (DISTANCE * eye).tolist(), strict=True))}
    scene = {"xaxis": _HIDDEN, "yaxis": _HIDDEN, "zaxis": _HIDDEN, "aspectmode": "data", "camera": camera}
    return go.Figure(traces, {"scene": scene, "height": height, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "showlegend": False})


def _ball(grid: np.ndarray, away: np.ndarray, top: float) -> go.Mesh3d:
    """Two triangles for each four neighbours: of a ``go.Surface`` of this size Plotly makes a million, on a finer grid of its own."""
    corners = np.arange(away.size).reshape(away.shape)
    here, east, north, across = (part.ravel() for part in (corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]))
    x, y, z = grid.reshape(-1, 3).T
    return go.Mesh3d(
        x=x,
        y=y,
        z=z,
        i=np.concatenate([here, across]),
        j=np.concatenate([east, north]),
        k=np.concatenate([north, east]),
        intensity=away.ravel(),
        cmin=0,
        cmax=top,
        colorscale="Cividis",
        showscale=False,
        lighting={"ambient": 0.9, "diffuse": 0.3, "specular": 0.02},
        text=[f"{km:,.0f} km off" for km in away.ravel()],
        hovertemplate="%{text}<extra></extra>",
    )


def _points(points: np.ndarray, labels: Sequence[str], color: str, size: float) -> go.Scatter3d:
    x, y, z = points.T
    marker = {"size": size, "color": color}
    return go.Scatter3d(x=x, y=y, z=z, mode="markers", text=labels, marker=marker, hovertemplate="%{text}<extra></extra>")


def _lines(rebuilt: Rebuilt) -> go.Scatter3d:
    """Along the globe, not through it: each in short steps."""
    steps = np.linspace(0, 1, 12)[None, :, None]
    way = rebuilt.cities[:, None, :] * (1 - steps) + rebuilt.rebuilt[:, None, :] * steps
    way /= np.linalg.norm(way, axis=-1, keepdims=True).clip(1e-6)
    x, y, z = np.concatenate([way, np.full((len(way), 1, 3), np.nan)], 1).reshape(-1, 3).T
    return go.Scatter3d(x=x, y=y, z=z, mode="lines", line={"color": palette.AE, "width": 4}, hoverinfo="skip")
