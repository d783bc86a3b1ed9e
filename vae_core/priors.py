"""Priors over the latent space: each is a module that returns a distribution."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_core.distributions import diagonal


class StandardNormal(nn.Module):
    """N(0, I) in d dimensions."""

    zero: Tensor
    one: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)
        self.register_buffer("one", torch.ones(latent_dim), persistent=False)

    def forward(self) -> Distribution:
        """The prior itself, event shape (d,)."""
        return diagonal(self.zero, self.one)

    def transport(self, noise: Tensor) -> Tensor:
        """Turn standard normal noise (B, d) into samples of the prior, so that fixed noise gives fixed samples."""
        return noise
