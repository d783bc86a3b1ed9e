"""One update of a model: by autograd, whatever it is made of."""

from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.adam import Adam
from vae_core.model import Model
from vae_core.objective import Objective
from vae_core.semisupervised import SemiSupervised


class Feed(NamedTuple):
    """What an update is given.

    Attributes:
        x: images as the loss compares them, (B, pixels).
        labels: their labels, -1 where they are not to be known, int64 (B,); None for a model that takes none.
        generator: of all noise.
        epoch: how far training is.
        lr: the learning rate of this update.
    """

    x: Tensor
    labels: Tensor | None
    generator: torch.Generator
    epoch: float
    lr: float


class ByAutograd:
    """One update of Adam for one model. Nothing here waits for a number to come back from the device."""

    def __init__(self, model: Model, objective: Objective | SemiSupervised) -> None:
        self._model, self._objective = model, objective
        self._parameters = list(model.parameters())
        self._adam = Adam(self._parameters)

    def __call__(self, feed: Feed) -> None:
        """One update on what it is fed."""
        terms = self._objective(self._model, feed.x, feed.generator, feed.epoch, feed.labels)
        loss = self._objective.loss(terms, feed.epoch)
        for parameter in self._parameters:
            parameter.grad = None
        loss.backward()
        self._adam([parameter.grad for parameter in self._parameters], feed.lr)
