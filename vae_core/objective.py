"""What is minimised: distortion plus weighted penalties, all in nats per image.

Nothing is rescaled in secret: pixels and latent dimensions are summed, images are averaged.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence

from vae_core.codes import CodePrior
from vae_core.corruptions import Corruption, clean
from vae_core.distributions import Point, Posterior, draw
from vae_core.model import Model, distortion
from vae_core.quantize import Codes, QuantizedHead


class Batch(NamedTuple):
    """What a penalty may need beyond the codes.

    Attributes:
        x: what the encoder saw, (B, pixels).
        generator: of noise.
        epoch: how far training is; infinite for the objective as it is in the end.
    """

    x: Tensor
    generator: torch.Generator | None
    epoch: float


Penalty = Callable[[Model, Posterior, Tensor, Batch], Tensor]
Schedule = Callable[[float], float]
Follow = Callable[[Model, Posterior, torch.Generator | None], None]


def divergence(q: Distribution, p: Distribution, z: Tensor) -> Tensor:
    """KL(q ‖ p), (B,) nats: in closed form where both are diagonal Gaussians, else log q(z) - log p(z) at codes z drawn from q."""
    if _diagonal(q) and _diagonal(p):
        return kl_divergence(q, p)
    return q.log_prob(z) - p.log_prob(z)


def _diagonal(p: Posterior) -> bool:
    return isinstance(p, Independent) and isinstance(p.base_dist, Normal)


def factorised(model: Model, q: Posterior) -> bool:
    """Whether posterior and prior are both diagonal Gaussians, so that the rate is a sum over dimensions."""
    return _diagonal(q) and _diagonal(model.prior())


def kl_per_dimension(model: Model, q: Posterior) -> Tensor:
    """KL(q(z_j|x) ‖ p(z_j)) for each latent dimension, (B, d) nats; zero for a point, whose density is not finite.

    Both must be diagonal Gaussians (see ``factorised``).
    """
    if isinstance(q, Point):
        return torch.zeros_like(q.mean)
    p: Distribution = model.prior()
    assert isinstance(q, Independent)
    assert isinstance(p, Independent)
    return kl_divergence(q.base_dist, p.base_dist)


def rate(model: Model, q: Posterior, z: Tensor, batch: Batch | None = None) -> Tensor:
    """KL(q(z|x) ‖ p(z)) at codes z drawn from q, (B,) nats per image (see ``divergence``); zero for a point.

    An image's codes from a codebook are certain, so there it is -log p(codes) under their learned prior.
    """
    if isinstance(q, Codes):
        assert isinstance(model.prior, CodePrior)
        return -model.prior.log_prob(q.index)
    return torch.zeros(len(q.mean)) if isinstance(q, Point) else divergence(q, model.prior(), z)


def free_bits(floor: float) -> Penalty:
    """The rate with a floor of ``floor`` nats per dimension on its batch mean: below it, a dimension costs nothing more.

    Where the rate cannot be told apart by dimension, the floor of all d dimensions is on the whole.

    References:
        Improving Variational Inference with Inverse Autoregressive Flow (Kingma et al., 2016).
    """

    def penalty(model: Model, q: Posterior, z: Tensor, batch: Batch | None = None) -> Tensor:
        kl = kl_per_dimension(model, q) if factorised(model, q) else rate(model, q, z)[:, None]
        least = floor * z.shape[1] / kl.shape[1]
        return torch.where(kl.mean(0) > least, kl, torch.full_like(kl, least)).sum(-1)

    return penalty


def commitment(model: Model, q: Posterior, z: Tensor, batch: Batch | None = None) -> Tensor:
    """‖raw - sg[mean]‖², summed over slots and dimensions: how far the encoder is from the codebook vectors it was rounded to, (B,)."""
    assert isinstance(q, Codes)
    return (q.raw - q.mean.detach()).square().sum(-1)


def weight_rate(images: int) -> Penalty:
    """KL(q(w) ‖ p(w)) of the decoder's weights, shared among the ``images`` of the training set: the same for each, (B,) nats.

    References:
        Weight Uncertainty in Neural Networks (Blundell et al., 2015).
    """

    def penalty(model: Model, q: Posterior, z: Tensor, batch: Batch | None = None) -> Tensor:
        assert model.likelihood.weights is not None
        return (model.likelihood.weights.kl(model.likelihood.net) / images).expand(len(z))

    return penalty


def follow_codes(model: Model, q: Posterior, generator: torch.Generator | None) -> None:
    """The codebook moves towards what the encoder gave."""
    assert isinstance(q, Codes)
    assert isinstance(model.posterior.head, QuantizedHead)
    model.posterior.head.follow(q, generator)


def nothing(model: Model, q: Posterior, generator: torch.Generator | None) -> None:
    """Everything learns by gradients."""


def constant(weight: float) -> Schedule:
    """The same weight at every epoch."""
    return lambda epoch: weight


def warm_up(weight: float, epochs: float) -> Schedule:
    """Grows in a straight line from 0 to ``weight`` over the first ``epochs``."""
    return lambda epoch: weight * min(1.0, epoch / epochs)


def cyclical(weight: float, cycles: int, epochs: float) -> Schedule:
    """Grows from 0 to ``weight`` in the first half of each cycle and stays there in the second; ``weight`` after ``epochs``.

    References:
        Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing (Fu et al., 2019).
    """
    length = epochs / cycles
    return lambda epoch: weight if epoch >= epochs else weight * min(1.0, 2 * math.fmod(epoch, length) / length)


@dataclass(frozen=True)
class Objective:
    """Distortion and named penalties, each with a weight over time; and what is done to the encoder's input first.

    ``follow`` is what learns from a batch without a gradient; it happens only where gradients are recorded.
    """

    penalties: Mapping[str, tuple[Schedule, Penalty]] = field(default_factory=dict)
    corrupt: Corruption = clean
    follow: Follow = nothing

    def __call__(
        self, model: Model, x: Tensor, generator: torch.Generator | None = None, epoch: float = math.inf, labels: Tensor | None = None
    ) -> dict[str, Tensor]:
        """The unweighted terms for images (B, pixels), each (B,): distortion and rate in nats per image, and the penalties.

        ``labels``, int64 (B,), go to a model that is told them.
        """
        model = model if labels is None else model.given(labels)
        seen = self.corrupt(x, generator)
        q = model.encode(seen)
        z = draw(q, generator)
        batch = Batch(seen, generator, epoch)
        named = {"rate": rate} | {name: penalty for name, (_, penalty) in self.penalties.items()}
        terms = {"distortion": distortion(model.decode(z, generator), x)}
        terms |= {name: penalty(model, q, z, batch) for name, penalty in named.items()}
        if torch.is_grad_enabled():
            self.follow(model, q, generator)
        return terms

    def loss(self, terms: Mapping[str, Tensor], epoch: float) -> Tensor:
        """The weighted sum at a point of training, averaged over images: a scalar."""
        return self.weigh({name: term.mean() for name, term in terms.items()}, epoch)

    def weigh(self, means: Mapping[str, Any], epoch: float = math.inf) -> Any:
        """The weighted sum of terms that are averaged already; without an epoch, with the weights of the end."""
        total = means["distortion"]
        for name, (weight, _) in self.penalties.items():
            total = total + weight(epoch) * means[name]
        return total
