"""Heads: they turn the outputs of a network into a distribution.

A head is chosen once, when the model is built; after that everyone asks the distribution itself.
"""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent, Normal

LOG_VAR_LIMIT = 15.0
LEAST_SIGMA = 0.05


@dataclass(frozen=True, eq=False)
class Point:
    """A point mass: what the encoder of a plain autoencoder gives instead of a cloud. ``mean`` has shape (B, d)."""

    mean: Tensor


Posterior = Point | Distribution


@runtime_checkable
class Noised(Protocol):
    """A distribution that turns noise into samples itself."""

    batch_shape: torch.Size
    event_shape: torch.Size

    def at(self, noise: Tensor) -> Tensor:
        """The sample that standard normal noise (B, d) becomes."""


def draw(posterior: Posterior, generator: torch.Generator | None = None) -> Tensor:
    """Sample codes so that gradients reach the encoder: z = μ + σ · ε, ε ~ N(0, I); a point gives itself. Shape (B, d).

    A distribution that says itself what becomes of noise (a flow) has a method ``at``.

    References:
        Auto-Encoding Variational Bayes (Kingma & Welling, 2013).
    """
    if isinstance(posterior, Point):
        return posterior.mean
    if isinstance(posterior, Noised):
        shape = posterior.batch_shape + posterior.event_shape
        return posterior.at(torch.empty(shape).normal_(generator=generator))
    noise = torch.empty_like(posterior.mean).normal_(generator=generator)
    return torch.addcmul(posterior.mean, posterior.stddev, noise)


def diagonal(mean: Tensor, scale: Tensor) -> Distribution:
    """A diagonal Gaussian over the last dimension. Validation is off: it costs a device sync on every call."""
    return Independent(Normal(mean, scale, validate_args=False), 1, validate_args=False)


class DiracHead(nn.Module):
    """Outputs (B, d) of a network → points in the latent space."""

    width = 1

    def forward(self, h: Tensor) -> Point:
        """Encode to points, mean of shape (B, d)."""
        return Point(h)


class GaussianHead(nn.Module):
    """Outputs (B, 2d) of a network → N(μ, diag σ²): the first d are μ, the last d are log σ²."""

    width = 2

    def forward(self, h: Tensor) -> Distribution:
        """Encode to clouds, batch shape (B,), event shape (d,)."""
        mean, log_var = h.chunk(2, dim=-1)
        # Beyond e^±15 a variance says nothing more, but its exponential can overflow.
        return diagonal(mean, (log_var.clamp(-LOG_VAR_LIMIT, LOG_VAR_LIMIT) / 2).exp())


class BernoulliHead(nn.Module):
    """Outputs (B, pixels) as logits → independent Bernoulli pixels.

    With grey pixels in [0, 1] the log-probability is minus the binary cross-entropy, which does not reach 0 even for a perfect copy.
    """

    width = 1

    def forward(self, h: Tensor) -> Distribution:
        """Decode to pixel distributions, event shape (pixels,)."""
        return Independent(Bernoulli(logits=h, validate_args=False), 1, validate_args=False)


class FixedGaussianHead(nn.Module):
    """Outputs (B, pixels) as means → independent Gaussian pixels with one fixed σ.

    σ acts like a β: a smaller one values sharp pixels more.
    """

    width = 1

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def forward(self, h: Tensor) -> Distribution:
        """Decode to pixel distributions, event shape (pixels,)."""
        return diagonal(h, torch.full_like(h, self.sigma))


class LearnedGaussianHead(nn.Module):
    """Outputs (B, pixels) as means → independent Gaussian pixels with one σ for all pixels, learned with the weights.

    References:
        Simple and Effective VAE Training with Calibrated Decoders (Rybkin et al., 2021).
    """

    width = 1

    def __init__(self, initial_sigma: float = 0.3) -> None:
        super().__init__()
        self.log_sigma = nn.Parameter(torch.tensor(math.log(initial_sigma)))

    def forward(self, h: Tensor) -> Distribution:
        """Decode to pixel distributions, event shape (pixels,)."""
        return diagonal(h, self.log_sigma.exp().expand_as(h))


class PixelGaussianHead(nn.Module):
    """Outputs (B, 2 · pixels) of a network → independent Gaussian pixels, each with a σ of its own: the first half are the means.

    The second half give σ through a softplus. It stays above ``LEAST_SIGMA``: where a pixel never changes, a narrower one would raise the
    likelihood without end.

    References:
        Auto-Encoding Variational Bayes (Kingma & Welling, 2013), appendix C; for the end that must be set: Leveraging the Exact Likelihood
        of Deep Latent Variable Models (Mattei & Frellsen, 2018).
    """

    width = 2

    def forward(self, h: Tensor) -> Distribution:
        """Decode to pixel distributions, event shape (pixels,)."""
        mean, raw = h.chunk(2, dim=-1)
        return diagonal(mean, LEAST_SIGMA + nn.functional.softplus(raw))
