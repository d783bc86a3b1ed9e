"""How much of a digit survives a bottleneck of d numbers: an autoencoder against principal components, on test images."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

SIZES = (1, 2, 4, 8, 16, 32)
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """One autoencoder a size. A Gaussian likelihood of fixed σ: squared error, which is what principal components minimise too."""
    return {f"d{d}": replace(AE, latent_dim=d, likelihood="gaussian", epochs=100, seed=seed) for d in SIZES}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``ae_d`` and ``pca_d``: error on test images as a share of the error of the mean image; 1 means that nothing got through.

    Pixels of both are held within [0, 1].
    """
    from vae_core.metrics import principal_components

    data = models["d1"].data
    mean, basis = principal_components(data.train, max(SIZES))
    centred = data.test - mean
    nothing = float(centred.square().mean())
    numbers, pictures = {}, {"originals": data.test[:SHOWN]}
    for d in SIZES:
        projected = (mean + centred @ basis[:, :d] @ basis[:, :d].T).clamp(0, 1)
        numbers[f"pca_{d}"] = float((projected - data.test).square().mean()) / nothing
        numbers[f"ae_{d}"] = models[f"d{d}"].error(data.test) / nothing
        numbers[f"train_{d}"] = models[f"d{d}"].error(data.train) / nothing
        pictures[f"pca_{d}"] = projected[:SHOWN]
        pictures[f"ae_{d}"] = models[f"d{d}"].reconstruct(data.test[:SHOWN])
    return Figures(numbers, {name: np.round(pixels.numpy() * 255).astype(np.uint8) for name, pixels in pictures.items()})


EXPERIMENT = Experiment("squeeze", recipes, measure)
