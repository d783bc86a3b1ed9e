"""A finished run, ready to be measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.distributions import Distribution

from vae_core import checkpoint
from vae_core.data import Data, load
from vae_core.distributions import Point, Posterior
from vae_core.frame import Frame
from vae_core.metrics import measure
from vae_core.model import Model
from vae_core.recipes import Recipe


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished model with what it was made from.

    Attributes:
        frames: the moments of its run, if the experiment asked for them.
        taken: the measures that were taken when its run ended, if they were.
    """

    recipe: Recipe
    model: Model
    data: Data
    frames: tuple[Frame, ...] = ()
    taken: Mapping[str, float | None] | None = None

    @classmethod
    def restore(
        cls,
        recipe: Recipe,
        body: bytes,
        data_root: Path,
        frames: Iterable[Frame] = (),
        taken: Mapping[str, float | None] | None = None,
    ) -> "Trained":
        """From the bytes of ``model.safetensors``.

        Raises:
            CheckpointError: if they are not the model of this recipe.
            NoData: if its data set cannot be had.
        """
        data = load(recipe, data_root)
        return cls(recipe, checkpoint.restore(body, recipe, data.probe.shape), data, tuple(frames), taken)

    @cached_property
    def measures(self) -> Mapping[str, float | None]:
        """What every finished run is measured by (see ``vae_core.metrics.measure``)."""
        return self.taken if self.taken is not None else measure(self.model, self.data, self.recipe)

    def posterior(self, x: Tensor) -> Posterior:
        """q(z|x) for data (n, pixels), without gradients."""
        with torch.no_grad():
            return self.model.encode(x)

    def cloud(self, x: Tensor) -> Distribution:
        """q(z|x), of a model that encodes to clouds.

        Raises:
            ValueError: if this one encodes to points.
        """
        q = self.posterior(x)
        if isinstance(q, Point):
            raise ValueError("This model encodes to points.")
        return q

    def reconstruct(self, x: Tensor) -> Tensor:
        """The image of the mean code of each, (n, pixels)."""
        with torch.no_grad():
            return self.model.reconstruct(x)

    def error(self, x: Tensor) -> float:
        """Mean squared error a pixel of rebuilding ``x`` (n, pixels) from mean codes."""
        return float((self.reconstruct(x) - x).square().mean())
