"""The VampPrior: the encoder's own clouds for a few learned images, mixed."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, MixtureSameFamily

from vae_core.mixture import choose, mixture
from vae_core.priors import Prior


class Vamp(Prior):
    """1/K Σ_k q(z | u_k), where the pseudo-inputs u_k (K, pixels) are learned; they are not held within the span of a pixel.

    References:
        VAE with a VampPrior (Tomczak & Welling, 2018).
    """

    def __init__(self, posterior: nn.Module, pseudo_inputs: Tensor) -> None:
        super().__init__()
        # In a tuple, where a module does not look for its parts: the encoder's weights must not stand twice among the model's.
        self._shared = (posterior,)
        self.pseudo_inputs = nn.Parameter(pseudo_inputs)
        self.register_buffer("logits", torch.zeros(len(pseudo_inputs)), persistent=False)
        self.noise_dim = self._clouds().event_shape[0]

    logits: Tensor

    def _clouds(self) -> Independent:
        clouds = self._shared[0](self.pseudo_inputs)
        assert isinstance(clouds, Independent)
        return clouds

    def forward(self) -> MixtureSameFamily:
        """The mixture under the encoder as it is now."""
        return mixture(self.logits, self._clouds())

    def density(self) -> Distribution:
        """The same."""
        return self()

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d): the first number of the noise chooses the pseudo-input."""
        part, noise = choose(self.logits, noise)
        clouds = self._clouds()
        return clouds.mean[part] + clouds.stddev[part] * noise
