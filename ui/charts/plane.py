"""The plane in which codes are looked at: the codes themselves in 2-D, a PCA plane above, a strip below."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions of the latent space. The space's origin stays at (0, 0), so N(0, I) has the same rings in every plane.

    Attributes:
        axes: orthonormal directions, shape (d, 2); for d = 1 the second one is zero.
        share: part of the codes' variance that the plane shows, 0 to 1.
        names: axis titles.
        note: what a reader must know of the plane; empty for d = 2.
    """

    axes: np.ndarray
    share: float
    names: tuple[str, str]
    note: str = ""

    @property
    def flat(self) -> bool:
        """Whether there is one latent dimension only."""
        return self.axes.shape[0] == 1

    def project(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, d) → points (n, 2). With d = 1 the height only spreads the points; it means nothing."""
        points = codes.astype(float) @ self.axes
        if self.flat:
            points[:, 1] = np.random.default_rng(0).uniform(-0.5, 0.5, len(points))
        return points

    def covariances(self, sigma: np.ndarray) -> np.ndarray:
        """Diagonal Gaussians with standard deviations (n, d) → their covariances in the plane, shape (n, 2, 2)."""
        return np.einsum("di,nd,dj->nij", self.axes, sigma.astype(float) ** 2, self.axes)


def plane_of(codes: np.ndarray) -> Plane:
    """The plane for codes of shape (n, d): identity for d = 2, principal components for d > 2 (by SVD)."""
    codes = codes.astype(float)
    dimensions = codes.shape[1]
    if dimensions == 1:
        return Plane(np.array([[1.0, 0.0]]), 1.0, ("z₁", ""), "One latent dimension: the height only spreads the points.")
    if dimensions == 2:
        return Plane(np.eye(2), 1.0, ("z₁", "z₂"))
    _, scales, directions = np.linalg.svd(codes - codes.mean(0), full_matrices=False)
    axes = directions[:2].T
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), [0, 1]])  # SVD leaves the sign open; fix it so that reruns look alike
    share = float((scales[:2] ** 2).sum() / max((scales**2).sum(), 1e-12))
    note = f"PCA plane of {dimensions} dimensions, {share:.0%} of variance"
    return Plane(axes, share, ("first principal component", "second principal component"), note)


def extents(point_sets: Iterable[np.ndarray], at_least: float = 3.2) -> tuple[list[float], list[float]]:
    """The square, as ranges of x and y, that holds all points and the rings of N(0, I); the outermost 0.2 % may lie beyond it."""
    points = np.concatenate([points[np.isfinite(points).all(1)] for points in point_sets] or [np.zeros((0, 2))])
    if not len(points):
        return [-at_least, at_least], [-at_least, at_least]
    low = np.minimum(np.quantile(points, 0.001, axis=0), -at_least)
    high = np.maximum(np.quantile(points, 0.999, axis=0), at_least)
    # A square, so that both axes have one scale and the picture fills its frame.
    middle, half = (low + high) / 2, 0.54 * (high - low).max()
    low, high = middle - half, middle + half
    return [float(low[0]), float(high[0])], [float(low[1]), float(high[1])]
