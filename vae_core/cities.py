"""Cities of the world as points on a globe: data of three numbers whose true shape, a sphere, has two dimensions."""

import csv
from pathlib import Path

import numpy as np

from vae_core.splits import Images, Progress, part, split

TABLE = Path(__file__).with_name("cities.csv")
FACTORS = ("latitude (degrees)", "longitude (degrees)")


def load(root: Path, progress: Progress) -> Images:
    """More than 300 cities as unit vectors (n, 3), labelled by continent; latitude and longitude are known to a tenth of a degree."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    degrees = np.array([[float(row["latitude"]), float(row["longitude"])] for row in rows])
    continents = sorted({row["continent"] for row in rows})
    labels = np.array([continents.index(row["continent"]) for row in rows])
    names = tuple(f"{row['name']}, {row['country']}" for row in rows)
    whole = part(unit_vectors(degrees), labels, degrees, names)
    return Images(*split(whole, validation=30, test=60), (1, 3), tuple(continents), FACTORS)


def unit_vectors(degrees: np.ndarray) -> np.ndarray:
    """Latitude and longitude (n, 2) in degrees → x (towards 0°, 0°), y (towards 0°, 90° E), z (north): (n, 3) float32."""
    latitude, longitude = np.radians(degrees).T
    ring = np.cos(latitude)
    return np.column_stack([ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)]).astype(np.float32)
