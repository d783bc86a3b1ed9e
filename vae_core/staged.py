"""A prior that is itself a VAE: it learns where the codes of the first one lie."""

import torch
from torch import Tensor
from torch.distributions import Distribution

from vae_core.model import Model
from vae_core.objective import Batch, Objective, constant, rate
from vae_core.priors import Prior, StandardNormal

SECOND = Objective({"rate": (constant(1.0), rate)})


class Staged(Prior):
    """Samples come from a second VAE on the codes. It can be sampled, but its density is not known.

    The first stage's rate is measured against N(0, I), as if the second were not there.

    References:
        Diagnosing and Enhancing VAE Models (Dai & Wipf, 2019).
    """

    def __init__(self, second: Model, latent_dim: int) -> None:
        super().__init__()
        self.second = second
        self.reference = StandardNormal(latent_dim)
        self.noise_dim = 2 * latent_dim

    def forward(self) -> Distribution:
        """N(0, I)."""
        return self.reference()

    def density(self) -> None:
        """Not known."""
        return None

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d) from noise (B, 2d): one half for the second stage's own code, one for its decoder's spread."""
        own, spread = noise.chunk(2, -1)
        codes = self.second.decode(self.second.prior.transport(own))
        return torch.addcmul(codes.mean, codes.stddev, spread)


def second_stage(model: Model, q: object, z: Tensor, batch: Batch) -> Tensor:
    """The second VAE's loss on the first one's codes, (B,) nats. No gradient reaches the first.

    Dai & Wipf train the second stage when the first has ended. Here both learn at once, and the second follows: it ends with the same
    task, and can be sampled at any moment.
    """
    prior = model.prior
    assert isinstance(prior, Staged)
    terms = SECOND(prior.second, z.detach(), batch.generator)
    return terms["distortion"] + terms["rate"]
