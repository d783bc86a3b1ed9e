"""Outliers that nobody sorted out: does an autoencoder's error still give a digit away of which it saw a few?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments import odd
from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

DIGITS = (0, 2, 4, 6, 8)
PERCENT = (0, 1, 10)  # of the training images


def recipes(seed: int) -> dict[str, Recipe]:
    """The autoencoders of *Spot the odd one*, that see none of a digit, or a few."""
    none = odd.recipes(seed)
    return {f"{digit}_{part}": replace(none[f"without{digit}"], strays=part / 100) for digit in DIGITS for part in PERCENT}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``share_10`` and so on: AUROC of telling test images of the digit from others by the error of rebuilding, averaged over digits.

    References:
        Autoencoders for Anomaly Detection are Unreliable (Bouman & Heskes, 2025).
    """
    from sklearn.metrics import roc_auc_score

    numbers = dict.fromkeys([f"share_{part}" for part in PERCENT], 0.0)
    for digit in DIGITS:
        for part in PERCENT:
            trained = models[f"{digit}_{part}"]
            x, strange = trained.data.test, trained.data.test_labels == digit
            error = (trained.reconstruct(x) - x).square().sum(-1)
            numbers[f"share_{part}"] += float(roc_auc_score(strange.numpy(), error.numpy())) / len(DIGITS)
    return Figures(numbers)


EXPERIMENT = Experiment("strays", recipes, measure)
