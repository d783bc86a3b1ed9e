"""Which runs can be trained in step, told from their recipes alone. No torch here, so the app process can ask."""

import dataclasses
import itertools
import math
from collections.abc import Hashable
from functools import lru_cache

from vae_core.catalogue import entry
from vae_core.recipes import Recipe

# Settings in which runs that are trained in step may differ: they change what a model is fed, or the weight of its rate.
FREE = ("beta", "warmup", "cycles", "sigma", "noise", "mask", "mask_shape", "seed")
# Settings in which they must agree, and that ``vae_core.fused`` knows. Whoever has another one than usual trains alone.
ALIKE = (
    "data", "train_size", "subset", "without", "strays", "binarize", "posterior", "prior", "components", "likelihood", "latent_dim",
    "hidden", "lr", "lr_course", "batch_size", "epochs",
)  # fmt: skip
SMALL = 50_000  # weights of an encoder; a larger one keeps a core busy by itself, and its run is seen sooner alone
_USUAL = Recipe()
_FREE, _ALIKE = ({name: getattr(_USUAL, name) for name in names} for names in (FREE, ALIKE))


@lru_cache(maxsize=1024)  # asked of each run in line whenever another one ends
def company(recipe: Recipe) -> Hashable | None:
    """Equal for recipes that ``vae_core.sweep`` can train in step; None for one that trains alone."""
    form = dataclasses.replace(recipe, **_FREE)
    plain = (
        dataclasses.replace(form, **_ALIKE) == _USUAL
        and recipe.posterior in ("dirac", "gaussian")
        and recipe.likelihood != "gaussian-pixels"
        and (recipe.prior == "normal" or recipe.prior.startswith("fitted"))
    )
    return form if plain and _weights(recipe) <= SMALL else None


def _weights(recipe: Recipe) -> int:
    widths = (math.prod(entry(recipe.data).shape), *recipe.hidden, recipe.numbers)
    return sum(before * after for before, after in itertools.pairwise(widths))
