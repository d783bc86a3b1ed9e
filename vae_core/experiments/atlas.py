"""What makes a map one to one: the right number of dimensions, or enough places to learn from?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.globe import kilometres
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe, suited

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

FEW = 40


def recipes(seed: int) -> dict[str, Recipe]:
    """Two numbers a city, learned from all training cities and from a few."""
    plain = replace(AE, data="cities", latent_dim=2, seed=seed, **suited("cities"))
    return {"all": plain, "few": replace(plain, train_size=FEW)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Median great-circle distance in km between a city and where it is rebuilt: ``all_train``, ``all_test`` and so on."""
    numbers = {}
    for label, trained in models.items():
        for part, cities in (("train", trained.data.train), ("test", trained.data.test)):
            numbers[f"{label}_{part}"] = _off(trained, cities)
    return Figures(numbers)


def _off(trained: "Trained", cities: "Tensor") -> float:
    return float(np.median(kilometres(cities.numpy(), trained.reconstruct(cities).numpy())))


EXPERIMENT = Experiment("atlas", recipes, measure, seeds=(0, 1, 2, 3, 4))
