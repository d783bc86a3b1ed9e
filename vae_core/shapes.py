"""Shapes drawn by us from known factors, so that one can measure which of them a code has found."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from vae_core.splits import Images, Progress, part, split

COUNT, SIDE = 6000, 28
VALIDATION, TEST = 500, 1000
KINDS = ("square", "ellipse", "heart")
FACTORS = ("kind", "x (pixels)", "y (pixels)", "size (pixels)", "rotation (degrees)")
_SYMMETRY = np.array([90, 180, 360])  # degrees after which each kind looks the same again
_SEED = 28
_BLOCK = 100  # images drawn at once: their planes stay in the processor's cache


def load(root: Path, progress: Progress) -> Images:
    """6,000 white shapes on black, 28×28, with soft edges; kind, place, size and rotation are independent and evenly spread."""
    factors = draw_factors(np.random.default_rng(_SEED), COUNT)
    whole = part(render(factors), factors[:, 0], factors)
    return Images(*split(whole, VALIDATION, TEST), (SIDE, SIDE), KINDS, FACTORS)


def originals(root: Path, count: int) -> np.ndarray:
    """The first ``count`` test images, uint8 (count, 784), without drawing the others."""
    factors = draw_factors(np.random.default_rng(_SEED), COUNT)
    return render(split(part(factors, factors[:, 0]), VALIDATION, TEST)[2].x[:count])


def draw_factors(random: np.random.Generator, count: int) -> np.ndarray:
    """Factors (n, 5) in the order of ``FACTORS``: x to the right and y downwards from the centre, rotation clockwise."""
    kind = random.integers(0, len(KINDS), count)
    place = random.uniform(-4.5, 4.5, (count, 2))
    size = random.uniform(4, 8, count)
    turn = random.uniform(0, 1, count) * _SYMMETRY[kind]
    return np.column_stack([kind, place, size, turn])


def render(factors: np.ndarray) -> np.ndarray:
    """Draw factors (n, 5) as uint8 images (n, 784). A pixel's grey is the part of it that the shape covers."""
    images = np.zeros((len(factors), SIDE * SIDE), np.uint8)
    for index, distance in enumerate((_square, _ellipse, _heart)):
        mine = np.flatnonzero(factors[:, 0] == index)
        for start in range(0, len(mine), _BLOCK):
            few = mine[start : start + _BLOCK]
            images[few] = _draw(factors[few], distance)
    return images


def _draw(factors: np.ndarray, distance: Callable[..., np.ndarray]) -> np.ndarray:
    """Images (n, 784) of one kind of shape, uint8."""
    x, y, size, turn = (column[:, None, None] for column in factors.T[1:])
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    right, down = columns - x, rows - y
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    u, v = right * cos + down * sin, down * cos - right * sin
    grey = np.clip(0.5 - distance(u, v, size), 0, 1) * 255
    return np.rint(grey).astype(np.uint8).reshape(len(factors), -1)


def _square(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Distance to a square, in pixels, negative inside."""
    return np.maximum(abs(u), abs(v)) - 0.8 * size


def _ellipse(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Distance to an ellipse near its edge, to first order: f / |∇f|."""
    a, b = size, 0.55 * size
    radius = np.hypot(u / a, v / b)
    slope = np.hypot(u / a**2, v / b**2) / np.maximum(radius, 1e-9)
    return (radius - 1) / np.maximum(slope, 1e-9)


def _heart(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Distance to a square that stands on its corner with a disc on each of its two upper sides."""
    half = 0.5 * size
    v = v - 0.22 * size  # so that it turns about its centre of mass
    lower = (abs(u + v), abs(u - v))
    diamond = np.maximum(*lower) / np.sqrt(2) - half
    step = half / np.sqrt(2)
    discs = np.minimum(np.hypot(u - step, v + step), np.hypot(u + step, v + step)) - half
    return np.minimum(diamond, discs)
