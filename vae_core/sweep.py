"""Runs that differ in little, trained in step: one matrix product of a stack in place of one for each."""

import time
from collections.abc import Iterator, Sequence

from vae_core.data import Data
from vae_core.fused import Fused, fits
from vae_core.objective import Objective
from vae_core.recipes import Recipe
from vae_core.training import Training


class Sweep:
    """Trainings of models of one shape on equally many images. Each gives the frames it would give alone, but for rounding.

    Raises:
        ValueError: if the runs cannot be trained in step.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        self.trainings = tuple(trainings)
        if len({_form(training) for training in trainings}) > 1 or not all(fits(t.model, t.objective) for t in trainings):
            raise ValueError("These runs cannot be trained in step: their networks, images or optimizers differ, or are not plain.")
        objectives = [training.objective for training in trainings if isinstance(training.objective, Objective)]
        self._update = Fused([training.model for training in trainings], objectives)

    def advance(self) -> None:
        """One update of each."""
        begin = time.perf_counter()
        self._update([training.feed() for training in self.trainings])
        share = (time.perf_counter() - begin) / len(self.trainings)
        for training in self.trainings:
            training.count(share)


def _form(training: Training) -> tuple[object, ...]:
    """What runs that are trained in step must agree in."""
    model, recipe = training.model, training.recipe
    shapes = tuple((name, tuple(parameter.shape)) for name, parameter in model.named_parameters())
    heads = type(model.posterior.head), type(model.likelihood.head)
    return shapes, heads, recipe.lr, recipe.lr_course, recipe.batch_size, training.total_steps, len(training.data.train)


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
