"""How much work a run is, told from its recipe before it begins: in a class, one run must not hold a worker for the day. No torch here."""

import itertools
import math
from pathlib import Path

from vae_core import own_data
from vae_core.catalogue import entry
from vae_core.recipes import Recipe, RecipeError

LONGEST = 3600.0  # seconds on one slow core
# Measured on one busy core of 2.5 GHz. What is said of a run is right within a factor of two or three, whatever it composes: an update
# takes 0.2 ms for a small plain model and 8 ms with a flow; Adam passes over all weights; then come the products of each image, which a
# classifier of few labels sees once with each label, and what compares each code of a batch with each other.
UPDATE, WEIGHT, PRODUCT = 4e-3, 4e-9, 1e-10
PAIR, PAIR_DIMENSION = 4e-7, 8e-8  # of MMD; of total correlation
LABELS = 10  # of the sets in the catalogue, at most
_DENSE, _KERNELS = 64, 9 + 16  # as in vae_core.nets


def check(recipe: Recipe, root: Path) -> None:
    """Called before a run begins that others may have to wait for; ``root`` is where people's own pictures lie.

    Raises:
        RecipeError: if it would take longer than ``LONGEST``.
    """
    if (work := seconds(recipe, root)) > LONGEST:
        raise RecipeError(
            f"This run would take about {work / 60:,.0f} minutes, and others wait for their turn: at most {LONGEST / 60:.0f} are taken. "
            "Use fewer epochs, larger batches, fewer images, or a smaller network."
        )


def seconds(recipe: Recipe, root: Path) -> float:
    """About how long the updates of a run take on one core."""
    there = entry(recipe.data).parts[:1] or (own_data.count(recipe.data, root),)
    images = min(recipe.train_size or there[0], there[0])
    weights, products = _dense(recipe) if recipe.net == "mlp" else _convolutional(recipe)
    seen = images * (_labels(recipe, root) if recipe.labels else 1)
    updates = math.ceil(images / recipe.batch_size)
    pairs = min(images, recipe.batch_size) ** 2
    together = pairs * (PAIR * (recipe.mmd > 0) + PAIR_DIMENSION * recipe.numbers * (recipe.tc > 0))
    return recipe.epochs * (updates * (UPDATE + weights * WEIGHT + together) + seen * products * PRODUCT)


def _labels(recipe: Recipe, root: Path) -> int:
    return own_data.class_count(recipe.data, root) if own_data.NAME.fullmatch(recipe.data) else LABELS


def _dense(recipe: Recipe) -> tuple[int, int]:
    """Weights, and products for one image, of encoder and decoder."""
    widths = (math.prod(entry(recipe.data).shape), *recipe.hidden, recipe.numbers)
    weights = 2 * sum(before * after for before, after in itertools.pairwise(widths))
    return weights, weights


def _convolutional(recipe: Recipe) -> tuple[int, int]:
    """The same for convolutions, whose kernels are used at each place of the smaller image."""
    pixels, channels = math.prod(entry(recipe.data).shape), (1, *recipe.hidden)
    kernels = [_KERNELS * before * after for before, after in itertools.pairwise(channels)]
    places = [max(1, pixels >> 2 * stage) for stage in range(1, len(channels))]
    dense = 2 * _DENSE * (channels[-1] * places[-1] + recipe.numbers)
    return sum(kernels) + dense, sum(map(math.prod, zip(kernels, places, strict=True))) + dense
