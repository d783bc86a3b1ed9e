"""A mixture of Gaussians as prior, learned with the model."""

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, MixtureSameFamily

from vae_core.distributions import diagonal
from vae_core.priors import Prior


class Mixture(Prior):
    """Σ_k w_k N(m_k, diag s_k²) with learned weights, means and scales; the means begin as draws from N(0, I).

    References:
        Deep Unsupervised Clustering with Gaussian Mixture Variational Autoencoders (Dilokthanakul et al., 2016), for the idea.
    """

    def __init__(self, latent_dim: int, components: int, seed: int = 0) -> None:
        super().__init__()
        self.noise_dim = latent_dim
        self.logits = nn.Parameter(torch.zeros(components))
        self.mean = nn.Parameter(torch.randn(components, latent_dim, generator=torch.Generator().manual_seed(seed)))
        self.log_scale = nn.Parameter(torch.zeros(components, latent_dim))

    def forward(self) -> MixtureSameFamily:
        """The mixture as it is now."""
        return mixture(self.logits, diagonal(self.mean, self.log_scale.exp()))

    def density(self) -> Distribution:
        """The same."""
        return self()

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d): the first number of the noise chooses the component."""
        part, noise = choose(self.logits.log_softmax(0), noise)
        return self.mean[part] + self.log_scale[part].exp() * noise


def mixture(logits: Tensor, components: Distribution) -> MixtureSameFamily:
    """The mixture of K distributions, batch shape (K,), with weights softmax(logits). Validation is off, as in ``diagonal``."""
    return MixtureSameFamily(Categorical(logits=logits, validate_args=False), components, validate_args=False)


@torch.no_grad()
def choose(log_weights: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Spend part of standard normal noise (B, d) on choosing among K components: indices (B,), and noise (B, d) that is new to them.

    Where the first number falls in its distribution function says which component; how far it lies between that component's ends is
    uniform again, and becomes the new first number. With one component the noise comes back as it was. No gradient reaches the weights.
    """
    level = torch.special.ndtr(noise[:, 0].double()).clamp(1e-12, 1 - 1e-12)
    upper = log_weights.double().softmax(0).cumsum(0)
    part = torch.searchsorted(upper, level, right=True).clamp(max=len(upper) - 1)
    lower = torch.cat([upper.new_zeros(1), upper[:-1]])
    within = ((level - lower[part]) / (upper[part] - lower[part])).clamp(1e-12, 1 - 1e-12)
    return part, torch.cat([torch.special.ndtri(within)[:, None].to(noise.dtype), noise[:, 1:]], 1)
