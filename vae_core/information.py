"""What single dimensions of the code say of the image, whatever the prior."""

import math

import torch
from torch import Tensor
from torch.distributions import Normal

from vae_core.distributions import Point, Posterior
from vae_core.model import Model
from vae_core.objective import factorised, kl_per_dimension

IMAGES = 500


def rate_per_dimension(model: Model, q: Posterior, generator: torch.Generator) -> tuple[Tensor, str]:
    """What each dimension carries, (d,) nats, and which measure it is.

    ``kl``: KL(q(z_j|x) ‖ p(z_j)), averaged over images, where posterior and prior are both products over dimensions; the sum is the rate.
    ``information``: elsewhere a KL per dimension does not exist, as a learned prior judges all dimensions together. Then it is
    I(x; z_j), which needs no prior; the sum is not the rate.
    """
    if isinstance(q, Point) or factorised(model, q):
        return kl_per_dimension(model, q).mean(0), "kl"
    return information(q.mean[:IMAGES], q.stddev[:IMAGES], generator), "information"


def information(mean: Tensor, std: Tensor, generator: torch.Generator) -> Tensor:
    """I(x; z_j) for n images that are equally likely, (d,) nats: how well a draw of z_j tells which image it is from, at most log n.

    ``mean`` and ``std`` are (n, d); each z_j|x counts as Gaussian, which for a flow posterior is an approximation.
    """
    z = torch.addcmul(mean, std, torch.randn(mean.shape, generator=generator))
    own = Normal(mean, std, validate_args=False).log_prob(z)
    others = Normal(mean[None], std[None], validate_args=False).log_prob(z[:, None])  # (draw, image, d)
    return (own - others.logsumexp(1) + math.log(len(mean))).mean(0)
