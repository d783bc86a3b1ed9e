"""Normalizing flows: noise bent by learned splines, as prior and as posterior."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import torch
import zuko
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_core.distributions import LOG_VAR_LIMIT
from vae_core.priors import Prior

# Importing zuko turns the checking of arguments off for the whole process.
Distribution.set_default_validate_args(True)

TRANSFORMS = 3
HIDDEN = (32, 32)
MOMENT_DRAWS = 32


def splines(latent_dim: int, context: int = 0) -> nn.Module:
    """Coupling layers with rational-quadratic splines on [-5, 5]; called, it gives the map from codes to noise.

    References:
        Neural Spline Flows (Durkan et al., 2019); Density Estimation using Real NVP (Dinh et al., 2017) for the coupling.
    """
    return zuko.flows.NSF(latent_dim, context, transforms=TRANSFORMS, hidden_features=HIDDEN, passes=2).transform


class Warped(Distribution):
    """z = centre + scale · f⁻¹(ε), ε ~ N(0, I): a diagonal Gaussian of shape (B, d) or (d,) whose noise is bent by an invertible map f."""

    arg_constraints: ClassVar[dict[str, Any]] = {}
    has_rsample = True

    def __init__(self, centre: Tensor, scale: Tensor, to_noise: Any) -> None:
        super().__init__(centre.shape[:-1], centre.shape[-1:], validate_args=False)
        self.centre, self.scale, self.to_noise = centre, scale, to_noise

    def at(self, noise: Tensor) -> Tensor:
        """The code that standard normal noise (…, d) becomes."""
        return self.centre + self.scale * self.to_noise.inv(noise)

    def log_prob(self, z: Tensor) -> Tensor:
        """Nats, summed over d: the density of the noise behind z, times how much the map stretches there."""
        noise, log_stretch = self.to_noise.call_and_ladj((z - self.centre) / self.scale)
        unit = -0.5 * (noise.square() + math.log(2 * math.pi))
        return (unit - self.scale.log()).sum(-1) + log_stretch

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples that carry gradients, (*sample_shape, …, d)."""
        return self.at(torch.randn(*sample_shape, *self.centre.shape))

    @cached_property
    def _moments(self) -> tuple[Tensor, Tensor]:
        """Mean and variance from draws with fixed noise, each together with its mirror image; equal models give equal moments."""
        half = torch.randn(MOMENT_DRAWS // 2, self.centre.shape[-1], generator=torch.Generator().manual_seed(0))
        noise = torch.cat([half, -half])
        z = self.at(noise.view(MOMENT_DRAWS, *[1] * len(self.batch_shape), -1).expand(MOMENT_DRAWS, *self.centre.shape))
        return z.mean(0), z.var(0)

    @property
    def mean(self) -> Tensor:
        """By Monte Carlo with fixed noise."""
        return self._moments[0]

    @property
    def variance(self) -> Tensor:
        """By Monte Carlo with fixed noise."""
        return self._moments[1]


class FlowHead(nn.Module):
    """Outputs (B, 2d) of a network → clouds that may bend: (μ, log σ²) as in ``GaussianHead``, and the noise goes through a flow first.

    The flow sees the same 2d numbers, so each image bends its cloud in its own way.

    References:
        Variational Inference with Normalizing Flows (Rezende & Mohamed, 2015).
    """

    width = 2

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.flow = splines(latent_dim, 2 * latent_dim)

    def forward(self, h: Tensor) -> Warped:
        """Encode to bent clouds, batch shape (B,), event shape (d,)."""
        mean, log_var = h.chunk(2, dim=-1)
        return Warped(mean, (log_var.clamp(-LOG_VAR_LIMIT, LOG_VAR_LIMIT) / 2).exp(), self.flow(h))


class FlowPrior(Prior):
    """N(0, I) bent by a flow that learns with the model.

    References:
        Variational Lossy Autoencoder (Chen et al., 2017).
    """

    zero: Tensor
    one: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.noise_dim = latent_dim
        self.flow = splines(latent_dim)
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)
        self.register_buffer("one", torch.ones(latent_dim), persistent=False)

    def forward(self) -> Warped:
        """The flow as it is now."""
        return Warped(self.zero, self.one, self.flow())

    def density(self) -> Warped:
        """The same."""
        return self()

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d): the flow the other way round."""
        return self().at(noise)
