"""The density of codes in a plane: for a VAE the aggregated posterior of the probe, for an AE a kernel estimate."""

import numpy as np


def density(points: np.ndarray, covariances: np.ndarray | None, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean of one Gaussian a point, on a grid.

    Args:
        points: centres, shape (n, 2).
        covariances: shape (n, 2, 2), or None for points without a cloud: then each gets a kernel.
        x: grid columns, evenly spaced, shape (a,).
        y: grid rows, evenly spaced, shape (b,).

    Returns:
        Densities, shape (b, a).
    """
    if covariances is None or not len(covariances):
        covariances = kernels(points)
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


def kernels(points: np.ndarray) -> np.ndarray:
    """Covariances (n, 2, 2) that smooth points (n, 2), the same as in the instrument (``density.js``).

    Half of Scott's rule, which is too wide for clusters. (Scott, Multivariate Density Estimation, 1992)
    """
    variance = 0.25 * points.var(0).clip(1e-6) * len(points) ** (-1 / 3)
    return np.broadcast_to(np.diag(variance), (len(points), 2, 2))
