"""Normalizing flows: noise bent by learned maps, as prior and as posterior."""

import math
from functools import cached_property
from typing import Any, ClassVar

import torch
import zuko
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_core.distributions import LOG_VAR_LIMIT, diagonal
from vae_core.priors import Prior

# Importing zuko turns the checking of arguments off for the whole process.
Distribution.set_default_validate_args(True)

MOMENT_DRAWS = 32


class Warped(Distribution):
    """z = centre + scale · f(ε), ε ~ N(0, I): a diagonal Gaussian of shape (B, d) whose noise is bent by an invertible map f."""

    arg_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(self, centre: Tensor, scale: Tensor, bend: Any) -> None:
        super().__init__(centre.shape[:-1], centre.shape[-1:], validate_args=False)
        self.centre, self.scale, self.bend = centre, scale, bend
        self._drawn: tuple[Tensor, Tensor] | None = None

    def at(self, noise: Tensor) -> Tensor:
        """The code that standard normal noise (…, B, d) becomes."""
        bent, log_stretch = self.bend.call_and_ladj(noise)
        z = self.centre + self.scale * bent
        self._drawn = z, self._density(noise, log_stretch)  # on the way there it comes for free
        return z

    def log_prob(self, z: Tensor) -> Tensor:
        """Nats, summed over d: the density of the noise behind z, less what the map stretches there."""
        if self._drawn is not None and self._drawn[0] is z:
            return self._drawn[1]
        noise = self.bend.inv((z - self.centre) / self.scale)
        return self._density(noise, self.bend.call_and_ladj(noise)[1])

    def _density(self, noise: Tensor, log_stretch: Tensor) -> Tensor:
        return -(0.5 * noise.square() + 0.5 * math.log(2 * math.pi) + self.scale.log()).sum(-1) - log_stretch

    @cached_property
    def _moments(self) -> tuple[Tensor, Tensor]:
        """Mean and variance from draws with fixed noise, each together with its mirror image; equal models give equal moments."""
        half = torch.randn(MOMENT_DRAWS // 2, 1, self.centre.shape[-1], generator=torch.Generator().manual_seed(0))
        noise = torch.cat([half, -half]).to(self.centre.dtype)
        z = self.centre + self.scale * self.bend(noise.expand(MOMENT_DRAWS, *self.centre.shape))
        return z.mean(0), z.var(0)

    @property
    def mean(self) -> Tensor:
        """By Monte Carlo with fixed noise, (B, d)."""
        return self._moments[0]

    @property
    def variance(self) -> Tensor:
        """By Monte Carlo with fixed noise, (B, d)."""
        return self._moments[1]


class FlowHead(nn.Module):
    """Outputs (B, 2d) of a network → clouds that may bend: (μ, log σ²) as in ``GaussianHead``, and the noise goes through a flow first.

    The flow, of affine coupling layers, sees the same 2d numbers, so each image bends its cloud in its own way.

    References:
        Variational Inference with Normalizing Flows (Rezende & Mohamed, 2015); Density Estimation using Real NVP (Dinh et al., 2017).
    """

    width = 2

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.flow = zuko.flows.MAF(latent_dim, 2 * latent_dim, transforms=4, hidden_features=(32,), passes=2).transform

    def forward(self, h: Tensor) -> Warped:
        """Encode to bent clouds, batch shape (B,), event shape (d,)."""
        mean, log_var = h.chunk(2, dim=-1)
        return Warped(mean, (log_var.clamp(-LOG_VAR_LIMIT, LOG_VAR_LIMIT) / 2).exp(), self.flow(h))


class FlowPrior(Prior):
    """N(0, I) bent by a flow that learns with the model: coupling layers with rational-quadratic splines on [-5, 5].

    References:
        Variational Lossy Autoencoder (Chen et al., 2017); Neural Spline Flows (Durkan et al., 2019).
    """

    zero: Tensor
    one: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.noise_dim = latent_dim
        self.flow = zuko.flows.NSF(latent_dim, transforms=2, hidden_features=(64,), passes=2).transform
        for name, parameter in self.flow.named_parameters():
            if "phi" in name:  # splines of one dimension have no network: begin them as the identity
                nn.init.zeros_(parameter)
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)
        self.register_buffer("one", torch.ones(latent_dim), persistent=False)

    def forward(self) -> Distribution:
        """The flow as it is now."""
        return zuko.distributions.NormalizingFlow(self.flow(), diagonal(self.zero, self.one))

    def density(self) -> Distribution:
        """The same."""
        return self()

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d): the flow the other way round."""
        return self.flow().inv(noise)
