"""Priors over the latent space: what the rate is measured against, and where new codes come from."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_core.distributions import diagonal


class Prior(nn.Module, ABC):
    """Where codes come from. Its call gives the distribution, of event shape (d,), that the objective's rate is measured against.

    ``CodePrior`` has no such call: codes from a codebook are certain, and it gives their probability itself (see ``objective.rate``).

    Attributes:
        noise_dim: how many standard normal numbers one sample takes.
    """

    noise_dim: int

    @abstractmethod
    def density(self) -> Distribution | None:
        """The distribution of what ``transport`` gives, or None if its density is not known."""

    @abstractmethod
    def transport(self, noise: Tensor) -> Tensor:
        """Turn standard normal noise (B, noise_dim) into samples (B, d), so that fixed noise gives fixed samples."""


class StandardNormal(Prior):
    """N(0, I) in d dimensions."""

    zero: Tensor
    one: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.noise_dim = latent_dim
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)
        self.register_buffer("one", torch.ones(latent_dim), persistent=False)

    def forward(self) -> Distribution:
        """The prior itself."""
        return diagonal(self.zero, self.one)

    def density(self) -> Distribution:
        """The same."""
        return self()

    def transport(self, noise: Tensor) -> Tensor:
        """The noise as it is."""
        return noise
