"""Spot the odd one: autoencoders that never saw one of the ten digits. Does their error give it away, and does it need a model?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

DIGITS = range(10)
WAYS = ("ae", "pca", "near")
CODE = 8
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """One autoencoder for each digit that is left out. Squared error, which is what principal components minimise too."""
    plain = replace(AE, latent_dim=CODE, likelihood="gaussian", epochs=25, seed=seed)
    return {f"without{digit}": replace(plain, without=digit) for digit in DIGITS}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """AUROC of telling test images of the left-out digit from the others, with ``…_mean`` and ``…_worst`` over the ten digits.

    ``ae_3``: by the error of rebuilding; ``pca_3``: by that of PCA with as many numbers; ``near_3``: by the distance to the nearest
    training image.
    """
    from sklearn.metrics import roc_auc_score

    from vae_core.model import numpy_image

    numbers: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    for digit in DIGITS:
        trained = models[f"without{digit}"]
        x, odd = trained.data.test, trained.data.test_labels == digit
        rebuilt = trained.reconstruct(x)
        scores = {"ae": (rebuilt - x).square().sum(-1), **baselines(trained.data)}
        numbers |= {f"{way}_{digit}": float(roc_auc_score(odd.numpy(), score.numpy())) for way, score in scores.items()}
        missed = odd.nonzero()[:, 0][scores["ae"][odd].argsort()[:SHOWN]]
        arrays |= {f"missed_{digit}": numpy_image(x[missed]), f"rebuilt_{digit}": numpy_image(rebuilt[missed])}
    for way in WAYS:
        found = [numbers[f"{way}_{digit}"] for digit in DIGITS]
        numbers |= {f"{way}_mean": sum(found) / len(found), f"{way}_worst": min(found)}
    return Figures(numbers, arrays)


def baselines(data: "Data") -> dict[str, "Tensor"]:
    """How odd test images are to who has no network, (n,) each."""
    import torch

    from vae_core.metrics import principal_components

    mean, basis = principal_components(data.train, CODE)
    centred = data.test - mean
    return {
        "pca": (centred - centred @ basis @ basis.T).square().sum(-1),
        "near": torch.cdist(data.test, data.train).amin(1),
    }


EXPERIMENT = Experiment("odd", recipes, measure)
