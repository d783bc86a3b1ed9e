"""Does the KL stop overfitting? An AE and a VAE on few and on many training images, judged on images they learned and on new ones."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

SIZES = (50, 150, 400, 1000)
UPDATES = 2000
BATCH = 64


def recipes(seed: int) -> dict[str, Recipe]:
    """Pairs with eight latent dimensions, all with about the same number of updates; other training images for each seed."""
    found: dict[str, Recipe] = {}
    for size in SIZES:
        epochs = math.ceil(UPDATES / math.ceil(size / BATCH))
        vae = replace(VAE, train_size=size, subset=seed, latent_dim=8, epochs=epochs, batch_size=BATCH, seed=seed)
        found |= dict(zip((f"ae{size}", f"vae{size}"), pair(vae), strict=True))
    return found


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Squared error a pixel of rebuilding from mean codes: ``ae50_train``, ``ae50_test`` and so on; ``ae50_gap`` is test less train."""
    numbers: dict[str, float] = {}
    for label, trained in models.items():
        learned, new = trained.error(trained.data.train), trained.error(trained.data.test)
        numbers |= {f"{label}_train": learned, f"{label}_test": new, f"{label}_gap": new - learned}
    return Figures(numbers)


EXPERIMENT = Experiment("overfit", recipes, measure)
