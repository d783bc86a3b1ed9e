"""What is minimised: distortion plus weighted penalties, all in nats per image.

Nothing is rescaled in secret: pixels and latent dimensions are summed, images are averaged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, kl_divergence

from vae_core.codes import CodePrior
from vae_core.distributions import Point, Posterior, draw
from vae_core.model import Model, distortion
from vae_core.quantize import Codes, commitment

Penalty = Callable[[Model, Posterior, Tensor], Tensor]
Schedule = Callable[[float], float]
Corruption = Callable[[Tensor, torch.Generator | None], Tensor]
Follow = Callable[[Model, Posterior, torch.Generator | None], None]


def kl_per_dimension(model: Model, q: Posterior) -> Tensor:
    """KL(q(z_j|x) ‖ p(z_j)) for each latent dimension, (B, d) nats; zero for a point, whose density is not finite."""
    if isinstance(q, Point):
        return torch.zeros_like(q.mean)
    p: Distribution = model.prior()
    assert isinstance(q, Independent)
    assert isinstance(p, Independent)
    return kl_divergence(q.base_dist, p.base_dist)


def rate(model: Model, q: Posterior, z: Tensor) -> Tensor:
    """KL(q(z|x) ‖ p(z)), (B,) nats per image."""
    return kl_per_dimension(model, q).sum(-1)


def free_bits(floor: float) -> Penalty:
    """The rate with a floor of ``floor`` nats per dimension on its batch mean: below it, a dimension costs nothing more.

    References:
        Improving Variational Inference with Inverse Autoregressive Flow (Kingma et al., 2016).
    """

    def penalty(model: Model, q: Posterior, z: Tensor) -> Tensor:
        kl = kl_per_dimension(model, q)
        return torch.where(kl.mean(0) > floor, kl, torch.full_like(kl, floor)).sum(-1)

    return penalty


def constant(weight: float) -> Schedule:
    """The same weight at every epoch."""
    return lambda epoch: weight


def warm_up(weight: float, epochs: float) -> Schedule:
    """Grows in a straight line from 0 to ``weight`` over the first ``epochs``."""
    return lambda epoch: weight * min(1.0, epoch / epochs)


def gaussian_noise(sigma: float) -> Corruption:
    """Adds N(0, σ²) to every pixel of the encoder's input; the target stays clean."""
    return lambda x, generator: x + sigma * torch.empty_like(x).normal_(generator=generator)


def clean(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Leaves the input as it is."""
    return x


def code_length(model: Model, q: Posterior, z: Tensor) -> Tensor:
    """-log p(codes) under the learned prior, (B,) nats: the rate of a posterior that is sure of its codes."""
    assert isinstance(q, Codes)
    assert isinstance(model.prior, CodePrior)
    return -model.prior.log_prob(q.index)


def committed(model: Model, q: Posterior, z: Tensor) -> Tensor:
    """The squared distance of the encoder's output from the codebook vectors it was rounded to, (B,)."""
    assert isinstance(q, Codes)
    return commitment(q)


def weight_rate(images: int) -> Penalty:
    """KL(q(w) ‖ p(w)) of the decoder's weights, shared among the ``images`` of the training set: the same for each, (B,) nats.

    References:
        Weight Uncertainty in Neural Networks (Blundell et al., 2015).
    """

    def penalty(model: Model, q: Posterior, z: Tensor) -> Tensor:
        assert model.likelihood.weights is not None
        return (model.likelihood.weights.kl(model.likelihood.net) / images).expand(len(z))

    return penalty


def follow_codes(model: Model, q: Posterior, generator: torch.Generator | None) -> None:
    """The codebook moves towards what the encoder gave."""
    assert isinstance(q, Codes)
    model.posterior.head.follow(q, generator)


def nothing(model: Model, q: Posterior, generator: torch.Generator | None) -> None:
    """Everything learns by gradients."""


@dataclass(frozen=True)
class Objective:
    """Distortion and named penalties, each with a weight over time; and what is done to the encoder's input first.

    ``follow`` is what learns from a batch without a gradient; it happens only where gradients are recorded.
    """

    penalties: Mapping[str, tuple[Schedule, Penalty]] = field(default_factory=dict)
    corrupt: Corruption = clean
    follow: Follow = nothing

    def __call__(self, model: Model, x: Tensor, generator: torch.Generator | None = None, labels: Tensor | None = None) -> dict[str, Tensor]:
        """The unweighted terms for images (B, pixels), with labels (B,) for a model that is told them: each (B,) nats per image."""
        model = model if labels is None else model.given(labels)
        q = model.encode(self.corrupt(x, generator))
        z = draw(q, generator)
        terms = {"distortion": distortion(model.decode(z, generator), x)}
        for name, (_, penalty) in self.penalties.items():
            terms[name] = penalty(model, q, z)
        if torch.is_grad_enabled():
            self.follow(model, q, generator)
        return terms

    def loss(self, terms: Mapping[str, Tensor], epoch: float) -> Tensor:
        """The weighted sum at a point of training, averaged over images: a scalar."""
        total = terms["distortion"].mean()
        for name, (weight, _) in self.penalties.items():
            total = total + weight(epoch) * terms[name].mean()
        return total
