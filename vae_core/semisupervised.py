"""Learning from few labels and many images (M2): where no label is known, the bound averages over what it might be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vae_core.model import Model
from vae_core.objective import Objective


@dataclass(frozen=True)
class SemiSupervised:
    """The objective of a model that is given labels, with a classifier q(y|x) to stand in where there are none.

    Every image is seen with each label y. A labelled one counts the terms of its own label; an unlabelled one their mean under q(y|x).
    ``labels`` is KL(q(y|x) ‖ uniform), or log of the number of classes where the label is known; ``classification`` is -log q(y|x) of
    the labelled images, 0 for the others.

    References:
        Semi-Supervised Learning with Deep Generative Models (Kingma et al., 2014): its equations 6 to 9.
    """

    inner: Objective
    alpha: float

    def __call__(
        self, model: Model, x: Tensor, generator: torch.Generator | None = None, epoch: float = math.inf, labels: Tensor | None = None
    ) -> dict[str, Tensor]:
        """The unweighted terms for images (B, pixels) with labels (B,), -1 where none is known: each (B,) nats per image."""
        logits = model.read(x)
        classes = logits.shape[1]
        labels = torch.full((len(x),), -1) if labels is None else labels
        known = labels >= 0
        told = nn.functional.one_hot(labels.clamp(min=0), classes).to(x.dtype)
        weight = torch.where(known[:, None], told, logits.softmax(-1))
        every = torch.arange(classes).repeat(len(x))
        terms = self.inner(model, x.repeat_interleave(classes, 0), generator, epoch, every)
        terms = {name: (weight * term.view(-1, classes)).sum(-1) for name, term in terms.items()}
        terms["labels"] = torch.tensor(float(classes)).log() - torch.special.entr(weight).sum(-1)
        terms["classification"] = torch.where(known, nn.functional.cross_entropy(logits, labels.clamp(min=0), reduction="none"), 0.0)
        return terms

    def loss(self, terms: Mapping[str, Tensor], epoch: float) -> Tensor:
        """The weighted sum at a point of training, averaged over images: a scalar."""
        return self.weigh({name: term.mean() for name, term in terms.items()}, epoch)

    def weigh(self, means: Mapping[str, Any], epoch: float = math.inf) -> Any:
        """The weighted sum of terms that are averaged already; without an epoch, with the weights of the end."""
        return self.inner.weigh(means, epoch) + means["labels"] + self.alpha * means["classification"]
