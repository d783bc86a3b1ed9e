"""How much of a digit survives a bottleneck of d numbers: an autoencoder against principal components, on test images."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

SIZES = (1, 2, 4, 8, 16, 32)
MOST = SIZES[-1]
EPOCHS, LONGER = 100, 4  # and how many times as many for ``long``
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """One autoencoder a size; ``long`` is the largest again, with more epochs.

    A Gaussian likelihood of fixed σ: squared error, which is what principal components minimise too.
    """
    sizes = {f"d{d}": replace(AE, latent_dim=d, likelihood="gaussian", epochs=EPOCHS, seed=seed) for d in SIZES}
    return sizes | {"long": replace(sizes[f"d{MOST}"], epochs=LONGER * EPOCHS)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``ae_d`` and ``pca_d``: error on test images as a share of the error of the mean image; 1 means that nothing got through.

    ``train_d`` and ``pca_train_d``: error on training images, as a share of the same. ``long`` and ``long_train``: of the longer training.
    Pixels of all are held within [0, 1].
    """
    from vae_core.metrics import principal_components

    data = models["d1"].data
    mean, basis = principal_components(data.train, MOST)
    nothing = float((data.test - mean).square().mean())
    long = models["long"]
    numbers = {"long": long.error(data.test) / nothing, "long_train": long.error(data.train) / nothing}
    pictures = {"originals": data.test[:SHOWN]}
    for d in SIZES:
        projected, learned = (projection(x, mean, basis[:, :d]) for x in (data.test, data.train))
        numbers[f"pca_{d}"] = float((projected - data.test).square().mean()) / nothing
        numbers[f"pca_train_{d}"] = float((learned - data.train).square().mean()) / nothing
        numbers[f"ae_{d}"] = models[f"d{d}"].error(data.test) / nothing
        numbers[f"train_{d}"] = models[f"d{d}"].error(data.train) / nothing
        pictures[f"pca_{d}"] = projected[:SHOWN]
        pictures[f"ae_{d}"] = models[f"d{d}"].reconstruct(data.test[:SHOWN])
    return Figures(numbers, {name: np.round(pixels.numpy() * 255).astype(np.uint8) for name, pixels in pictures.items()})


def projection(x: "Tensor", mean: "Tensor", basis: "Tensor") -> "Tensor":
    """What is left of images (n, pixels) in the patterns of ``basis`` (pixels, d), held within [0, 1]: (n, pixels)."""
    return (mean + (x - mean) @ basis @ basis.T).clamp(0, 1)


EXPERIMENT = Experiment("squeeze", recipes, measure)
