"""Points in space as small grey pictures of a globe, seen as the latent map shows them (``globe.js``). Numpy only."""

import numpy as np

SIDE = 64
FILL = 0.92  # radius, as a part of half the picture
_LATITUDE, _LONGITUDE = np.radians([20, 15])  # in the middle of the picture
_GROUND, _NEAR, _FAR = 70, 255, 170


def in_space(shape: tuple[int, int]) -> bool:
    """Whether data of this shape are points in space (``vae_core.splits``)."""
    return shape == (1, 3)


def turned(points: np.ndarray) -> np.ndarray:
    """Points (n, 3) → right, up and towards us, in radii: (n, 3)."""
    x, y, z = points.astype(float).T
    out = x * np.cos(_LONGITUDE) + y * np.sin(_LONGITUDE)
    right = y * np.cos(_LONGITUDE) - x * np.sin(_LONGITUDE)
    return np.column_stack([right, z * np.cos(_LATITUDE) - out * np.sin(_LATITUDE), out * np.cos(_LATITUDE) + z * np.sin(_LATITUDE)])


def pictures(points: np.ndarray) -> np.ndarray:
    """Each point on a globe of its own, uint8 (n, SIDE · SIDE): a bright disc on this side, a grey ring on the far side."""
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    reach = FILL * SIDE / 2
    ball = _GROUND * np.clip(reach + 0.5 - np.hypot(columns - SIDE / 2, rows - SIDE / 2), 0, 1)
    right, up, near = turned(points).T[:, :, None, None]
    distance = np.hypot(columns - SIDE / 2 - reach * right, rows - SIDE / 2 + reach * up)
    size = SIDE / 11
    ink = np.clip(np.where(near >= 0, size + 0.5 - distance, 1.6 - abs(distance - size + 1)), 0, 1)
    drawn = ball + ink * (np.where(near >= 0, _NEAR, _FAR) - ball)
    return np.rint(drawn).astype(np.uint8).reshape(len(points), -1)
