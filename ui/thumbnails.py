"""Small pictures of a run, drawn from its last frame: where the codes lie, what comes out. Numpy only."""

import numpy as np

from ui import palette
from ui.charts.plane import extents, plane_of
from ui.images import laid
from vae_core.frame import Frame, Probe

SIDE, GAP = 144, 4
GROUND_ALPHA = 110
SAMPLES = (2, 3)  # rows, columns
WIDTH = SIDE + 3 * GAP + SAMPLES[1] * (SIDE + GAP) // SAMPLES[0]


def portrait(frame: Frame, probe: Probe, prior: np.ndarray | None = None) -> np.ndarray:
    """The latent map and, for images, some samples beside it: uint8, shape (SIDE, WIDTH, 4), transparent where there is nothing.

    ``prior``: codes (m, d) that the model draws, put under its own as grey dots.
    """
    canvas = np.zeros((SIDE, WIDTH, 4), np.uint8)
    codes = latent_map(frame, probe, SIDE, prior)
    if probe.points:
        left = (WIDTH - SIDE) // 2
        canvas[:, left : left + SIDE] = codes
        return canvas
    rows, columns = SAMPLES
    drawn = tiles(frame.samples[: rows * columns], probe.shape, columns, (SIDE - (rows - 1) * GAP) // rows)[:, : WIDTH - SIDE]
    canvas[:, :SIDE] = codes
    canvas[: drawn.shape[0], WIDTH - drawn.shape[1] :] = drawn
    return canvas


def latent_map(frame: Frame, probe: Probe, side: int, prior: np.ndarray | None = None) -> np.ndarray:
    """The codes of the probe as dots in the colours of their classes, in their plane: uint8, shape (side, side, 4)."""
    codes = np.nan_to_num(frame.mu.astype(float))
    plane = plane_of(codes)
    points = plane.project(codes)
    ground = plane.project(prior.astype(float)) if prior is not None else points[:0]
    box = extents([points, ground] if len(ground) else [points])
    colors = np.array([_rgba(tone) for tone in palette.CLASSES], np.uint8)
    canvas = np.zeros((side, side, 4), np.uint8)
    _dot(canvas, ground, box, np.array([_rgba(palette.PRIOR, GROUND_ALPHA)], np.uint8).repeat(len(ground), 0))
    _dot(canvas, points, box, colors[probe.labels[: len(points)] % len(colors)])
    return canvas


def _rgba(tone: str, alpha: int = 255) -> list[int]:
    return [int(tone[i : i + 2], 16) for i in (1, 3, 5)] + [alpha]


def _dot(canvas: np.ndarray, points: np.ndarray, box: tuple[list[float], list[float]], colors: np.ndarray) -> None:
    """Put a dot at each of the points (n, 2), coloured by ``colors`` (n, 4)."""
    side, (across, up) = len(canvas), box
    radius = max(1, side // 140)
    place = (points - [across[0], up[0]]) / (across[1] - across[0]) * (side - 1)
    place = np.clip(place.round().astype(int), radius, side - 1 - radius)
    for down in range(-radius, radius + 1):
        for right in range(-radius, radius + 1):
            canvas[side - 1 - place[:, 1] + down, place[:, 0] + right] = colors


def tiles(images: np.ndarray, shape: tuple[int, int], columns: int, side: int) -> np.ndarray:
    """Flat uint8 images (n, pixels), each about ``side`` high, row by row with gaps: uint8, shape (height, width, 4)."""
    width = max(1, round(side * shape[1] / shape[0]))
    across, down = np.arange(width) * shape[1] // width, np.arange(side) * shape[0] // side
    return laid([image.reshape(shape)[down][:, across] for image in images], columns, GAP)
