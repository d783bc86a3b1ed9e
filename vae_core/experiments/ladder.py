"""Where new images should come from: N(0, I) against priors that learn, at the same network, data and seeds.

One experiment a data set: ``ladder`` on digits, ``ladder-<data>`` on others.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, suited

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

# What each rung changes against the plain VAE. The last two leave N(0, I) as it is, and change what is asked of the codes.
RUNGS: dict[str, dict[str, object]] = {
    "normal": {},
    "mixture": {"prior": "mixture"},
    "vamp": {"prior": "vamp"},
    "flow": {"prior": "flow"},
    "staged": {"prior": "staged"},
    "mmd": {"beta": 0.0, "mmd": 10.0},
    "low": {"beta": 0.3},
}
BOUND = "iw_bound"  # a second stage has no density, so no bound
FIGURES = (BOUND, "frechet", "precision", "coverage", "rate")
EFFORT: dict[str, dict[str, object]] = {
    "digits": {"epochs": 100},
    "shapes": {"train_size": 1000, "epochs": 10, "batch_size": 64, "lr": 4e-3, "hidden": (128, 64)},
}


def name_of(data: str) -> str:
    """Name of the experiment on a data set."""
    return "ladder" if data == "digits" else f"ladder-{data}"


def recipes(data: str, seed: int) -> dict[str, Recipe]:
    """One VAE a rung, with two latent dimensions, so that a map shows all of the prior."""
    base = replace(VAE, data=data, seed=seed, **{**suited(data), **EFFORT[data]})
    return {rung: replace(base, **changes) for rung, changes in RUNGS.items()}  # type: ignore[arg-type]


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``normal_frechet`` and so on: the figures of ``FIGURES`` on test images (see ``vae_core.metrics``), where there are such."""
    numbers: dict[str, float] = {}
    for rung, trained in models.items():
        numbers |= {f"{rung}_{name}": value for name in FIGURES if (value := trained.measures[name]) is not None}
    return Figures(numbers)


EXPERIMENTS = tuple(Experiment(name_of(data), partial(recipes, data), measure) for data in EFFORT)
