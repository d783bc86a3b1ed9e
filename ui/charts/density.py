"""The density of codes in a plane: for a VAE the aggregated posterior of the probe, for an AE a kernel estimate."""

import numpy as np


def density(points: np.ndarray, covariances: np.ndarray | None, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean of one Gaussian a point, on a grid.

    Args:
        points: centres, shape (n, 2).
        covariances: shape (n, 2, 2), or None for points without a cloud: then Scott's bandwidth is used.
        x: grid columns, evenly spaced, shape (a,).
        y: grid rows, evenly spaced, shape (b,).

    Returns:
        Densities, shape (b, a).
    """
    if covariances is None or not len(covariances):
        covariances = _scott(points)
    cell = np.diag([x[1] - x[0], y[1] - y[0]])
    precision = np.linalg.inv(covariances + cell**2 / 2)  # what is finer than the grid would be missed or jagged
    norm = np.sqrt(np.linalg.det(precision)) / (2 * np.pi)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    total = np.zeros(len(grid))
    for centre, inverse, scale in zip(points, precision, norm, strict=True):
        offset = grid - centre
        square = offset[:, 0] ** 2 * inverse[0, 0] + 2 * offset[:, 0] * offset[:, 1] * inverse[0, 1] + offset[:, 1] ** 2 * inverse[1, 1]
        total += scale * np.exp(-0.5 * square)
    return total.reshape(len(y), len(x)) / max(len(points), 1)


def _scott(points: np.ndarray) -> np.ndarray:
    """Scott's rule (1992) in two dimensions: the covariance times n^(-1/3)."""
    covariance = np.cov(points.T) if len(points) > 2 else np.eye(2)
    return np.broadcast_to(covariance * len(points) ** (-1 / 3), (len(points), 2, 2))
