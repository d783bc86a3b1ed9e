"""What a recipe composes, in parts that can be named: which preset it is a case of, and the terms of its loss. No torch here."""

import dataclasses
from functools import lru_cache
from typing import Any

from vae_core.recipes import RECIPES, Recipe

# Data, network and optimizer: what a variant has in common with the plain VAE that it is compared with.
SHARED = (
    "data", "train_size", "subset", "without", "strays", "binarize", "likelihood", "sigma", "latent_dim", "net", "hidden",
    "lr", "lr_course", "batch_size", "epochs", "seed",
)  # fmt: skip
OF_RATE = ("beta", "warmup", "cycles", "free_bits", "capacity", "tc")  # what weighs a rate, which a point does not have
ALPHA = 50.0  # weight of a classifier's own loss
PENALTIES = ("mmd", "tc", "contractive")  # settings that weigh a term of their name (see ``vae_core.build.WEIGHED``)
_CHOSEN = ("posterior", "prior", "weights", "conditional")
_WEIGHED = ("beta", "capacity", "cycles", *PENALTIES, "noise", "mask", "labels")


def plain(recipe: Recipe) -> Recipe:
    """The plain VAE with the data, network, optimizer and seed of a recipe."""
    return Recipe(**{name: getattr(recipe, name) for name in SHARED})


@lru_cache(maxsize=1024)
def preset_of(recipe: Recipe) -> str | None:
    """Which preset a recipe is a case of, whatever the sizes of its weights; None for a mix that has no name."""
    return next((name for name, preset in RECIPES.items() if _pattern(preset) == _pattern(recipe)), None)


def _pattern(recipe: Recipe) -> tuple[Any, ...]:
    usual = Recipe()
    chosen = tuple(getattr(recipe, name) for name in _CHOSEN)
    return chosen + tuple(_size(getattr(recipe, name), getattr(usual, name)) for name in _WEIGHED)


def _size(value: float, default: float) -> str:
    return "none" if value == 0 else "usual" if value == default else "other"


@dataclasses.dataclass(frozen=True)
class Term:
    """One term of a loss: its name in frames, and its weight; None where that changes during the run."""

    name: str
    weight: float | None = 1.0


def terms(recipe: Recipe) -> tuple[Term, ...]:
    """The terms of a recipe's loss, the distortion first; see ``vae_core.build.objective``."""
    found = [Term("distortion")]
    if recipe.posterior == "codes":
        found += [Term("rate"), Term("commitment", recipe.commitment)]
    elif recipe.posterior != "dirac" and recipe.beta > 0:
        found.append(_rate(recipe))
    found += [Term(name, getattr(recipe, name)) for name in PENALTIES if getattr(recipe, name) > 0]
    found += [Term("second_stage")] if recipe.prior == "staged" else []
    found += [Term("weights")] if recipe.weights == "gaussian" else []
    found += [Term("labels"), Term("classification", ALPHA)] if recipe.labels else []
    return tuple(found)


def _rate(recipe: Recipe) -> Term:
    if recipe.capacity > 0:
        return Term("capacity", recipe.beta)
    changes = recipe.cycles > 0 or recipe.warmup > 0
    return Term("free_bits" if recipe.free_bits > 0 else "rate", None if changes else recipe.beta)
