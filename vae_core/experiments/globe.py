"""Cities are three numbers on a globe. How far from home does an autoencoder put them, with one, two and three numbers a city?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe, suited

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

SIZES = (1, 2, 3)
EARTH = 6371.0  # km, the mean radius
QUARTER = EARTH * np.pi / 2
EVERY = 4  # degrees between places on the globe
GRID = (180 // EVERY + 1, 360 // EVERY + 1)


def recipes(seed: int) -> dict[str, Recipe]:
    """One autoencoder a size, on the cities."""
    return {f"d{d}": replace(AE, data="cities", latent_dim=d, seed=seed, **suited("cities")) for d in SIZES}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Great-circle distances in km between places and where they are rebuilt: test cities, and places all over the globe.

    ``round_trip``: a city from x, y, z to latitude and longitude and back, by formula.
    """
    import torch

    data = models["d1"].data
    cities, everywhere = data.test.numpy(), grid()
    numbers = {"quarter": QUARTER, "round_trip": float(kilometres(cities, from_degrees(to_degrees(cities))).max())}
    arrays = {"cities": cities}
    for d in SIZES:
        trained = models[f"d{d}"]
        rebuilt = trained.reconstruct(data.test).numpy()
        off = kilometres(cities, rebuilt)
        away = kilometres(everywhere, trained.reconstruct(torch.from_numpy(everywhere)).numpy())
        numbers |= {f"median_{d}": float(np.median(off)), f"worst_{d}": float(off.max()), f"anywhere_{d}": float(away.max())}
        numbers[f"train_{d}"] = float(np.median(kilometres(data.train.numpy(), trained.reconstruct(data.train).numpy())))
        arrays |= {f"rebuilt_{d}": on_sphere(rebuilt), f"off_{d}": off, f"away_{d}": away}
    return Figures(numbers, arrays)


def on_sphere(points: np.ndarray) -> np.ndarray:
    """The nearest points (n, 3) of the unit sphere."""
    return points / np.linalg.norm(points, axis=1, keepdims=True).clip(1e-9)


def kilometres(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Great-circle distances (n,) between points (n, 3), each pushed on to the globe; exact for small and large angles."""
    a, b = on_sphere(a.astype(float)), on_sphere(b.astype(float))
    return EARTH * np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), (a * b).sum(1))


def to_degrees(points: np.ndarray) -> np.ndarray:
    """Unit vectors (n, 3) → latitude and longitude in degrees (n, 2)."""
    x, y, z = points.astype(float).T
    return np.degrees(np.column_stack([np.arcsin(np.clip(z, -1, 1)), np.arctan2(y, x)]))


def from_degrees(degrees: np.ndarray) -> np.ndarray:
    """X = cos θ cos φ, y = cos θ sin φ, z = sin θ, with latitude θ and longitude φ: (n, 3)."""
    latitude, longitude = np.radians(degrees).T
    return np.column_stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])


def grid() -> np.ndarray:
    """Places every ``EVERY`` degrees, pole to pole, in rows of equal latitude that close: (rows * columns, 3) float32; see ``GRID``."""
    latitude, longitude = np.meshgrid(np.linspace(-90, 90, GRID[0]), np.linspace(-180, 180, GRID[1]), indexing="ij")
    return from_degrees(np.column_stack([latitude.ravel(), longitude.ravel()])).astype(np.float32)


EXPERIMENT = Experiment("globe", recipes, measure)
