"""Probe images as pictures. Numpy only."""

from collections.abc import Sequence

import numpy as np

DIM = 110  # of 255, how opaque


def enlarge(images: np.ndarray, shape: tuple[int, int], size: int = 56) -> list[np.ndarray]:
    """Flat uint8 images (n, pixels) → pictures of about ``size`` pixels, each pixel a sharp square, since browsers blur small images."""
    factor = max(1, round(size / max(shape)))
    return [np.kron(image.reshape(shape), np.ones((factor, factor), np.uint8)) for image in images]


def sheet(images: np.ndarray, shape: tuple[int, int], columns: int, size: int = 48, gap: int = 3, lit: int | None = None) -> np.ndarray:
    """All images on one sheet, row by row, with transparent gaps: uint8, (height, width, 4); all but the ``lit`` one, if any, dimmed."""
    pictures = enlarge(images, shape, size)
    return laid(pictures, max(1, min(columns, len(pictures))), gap, lit)


def laid(pictures: Sequence[np.ndarray], columns: int, gap: int, lit: int | None = None) -> np.ndarray:
    """Pictures of one size, row by row, with transparent gaps: uint8, shape (height, width, 4); see ``sheet`` for ``lit``."""
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape if pictures else (0, 0)
    canvas = np.zeros((max(rows * (height + gap) - gap, 1), max(columns * (width + gap) - gap, 1), 4), np.uint8)
    for place, picture in enumerate(pictures):
        top, left = (place // columns) * (height + gap), (place % columns) * (width + gap)
        canvas[top : top + height, left : left + width, :3] = picture[..., None]
        canvas[top : top + height, left : left + width, 3] = 255 if lit in (None, place) else DIM
    return canvas


def captions(labels: np.ndarray, classes: Sequence[str]) -> list[str]:
    """The class names of images."""
    return [str(classes[label]) if label < len(classes) else str(label) for label in labels]
