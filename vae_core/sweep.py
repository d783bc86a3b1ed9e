"""Runs that differ in little, trained in step: one matrix product of a stack in place of one for each."""

import dataclasses
import time
from collections.abc import Iterator, Sequence

import numpy as np

from vae_core.data import Data
from vae_core.fused import Fused, fits
from vae_core.objective import Objective
from vae_core.recipes import Recipe
from vae_core.training import Training

# Settings that change what the loss weighs, and not what a model is fed.
WEIGHTS = ("beta", "warmup", "cycles", "sigma")


class Sweep:
    """Trainings of models of one shape on equally many images. Each gives the frames it would give alone, but for rounding.

    Those that see the same images, in the same order and with the same noise, are fed once.

    Raises:
        ValueError: if the runs cannot be trained in step.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        self.trainings = tuple(trainings)
        if len({_form(training) for training in trainings}) > 1 or not all(fits(t.model, t.objective) for t in trainings):
            raise ValueError("These runs cannot be trained in step: their networks, images or optimizers differ, or are not plain.")
        objectives = [training.objective for training in trainings if isinstance(training.objective, Objective)]
        self._feeders = [next(other for other in trainings if other is one or _fed_alike(other, one)) for one in trainings]
        self._update = Fused([training.model for training in trainings], objectives)

    def advance(self) -> None:
        """One update of each."""
        begin = time.perf_counter()
        feeds = {feeder: feeder.feed() for feeder in dict.fromkeys(self._feeders)}
        self._update([feeds[feeder] for feeder in self._feeders])
        share = (time.perf_counter() - begin) / len(self.trainings)
        for training in self.trainings:
            training.count(share)


def _form(training: Training) -> tuple[object, ...]:
    """What runs that are trained in step must agree in."""
    model, recipe = training.model, training.recipe
    shapes = tuple((name, tuple(parameter.shape)) for name, parameter in model.named_parameters())
    heads = type(model.posterior.head), type(model.likelihood.head)
    return shapes, heads, recipe.lr, recipe.lr_course, recipe.batch_size, training.total_steps, training.data.size


def _fed_alike(a: Training, b: Training) -> bool:
    """Whether two trainings are fed the same. Noise on the encoder's input is drawn in the update, for each."""
    alike = [dataclasses.replace(one.recipe, **dict.fromkeys(WEIGHTS, 1)) for one in (a, b)]  # type: ignore[arg-type]
    return alike[0] == alike[1] and not (a.recipe.noise or a.recipe.mask) and np.array_equal(a.data.train_part.x, b.data.train_part.x)


def sweep(recipes: Sequence[Recipe], data: Sequence[Data]) -> Iterator[Sweep]:
    """The runs, update by update: yields before the first update and after each.

    Raises:
        ValueError: if the runs cannot be trained in step.
    """
    together = Sweep([Training(recipe, images) for recipe, images in zip(recipes, data, strict=True)])
    yield together
    while together.trainings[0].step < together.trainings[0].total_steps:
        together.advance()
        yield together
