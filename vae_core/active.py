"""Which latent dimensions are in use."""

import numpy as np

# Burda, Grosse and Salakhutdinov 2016, Importance Weighted Autoencoders: a unit is active if the variance of its mean exceeds this.
ACTIVE_VARIANCE = 0.01


def active_units(variance: np.ndarray) -> np.ndarray:
    """Which dimensions are active, from the variance of the posterior means over images, shape (d,)."""
    return variance > ACTIVE_VARIANCE
