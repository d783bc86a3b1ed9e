"""A latent-variable model: posterior × likelihood × prior."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent

from vae_core.distributions import Posterior
from vae_core.priors import Prior


class Conditional(nn.Module):
    """A network followed by a head: the distribution of one thing given another."""

    def __init__(self, net: nn.Sequential, head: nn.Module) -> None:
        super().__init__()
        self.net, self.head = net, head

    def forward(self, given: Tensor) -> Any:
        """(B, ·) → a distribution with batch shape (B,)."""
        return self.head(self.net(given))


class Model(nn.Module):
    """posterior q(z|x), likelihood p(x|z) and prior p(z). An autoencoder is the model whose posterior is a point.

    ``span`` is the range of a pixel, or of a coordinate where the data are points.
    """

    def __init__(self, posterior: Conditional, likelihood: Conditional, prior: Prior, span: tuple[float, float] = (0.0, 1.0)) -> None:
        super().__init__()
        self.posterior, self.likelihood, self.prior = posterior, likelihood, prior
        self.span = span

    def encode(self, x: Tensor) -> Posterior:
        """Images (B, pixels), within the span → q(z|x)."""
        return self.posterior(x)

    def decode(self, z: Tensor) -> Distribution:
        """Codes (B, d) → p(x|z)."""
        return self.likelihood(z)

    def image(self, z: Tensor) -> Tensor:
        """Codes (B, d) → the mean image (B, pixels), held within the span."""
        return self.likelihood(z).mean.clamp(*self.span)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Images (B, pixels) → the image of each one's mean code, (B, pixels)."""
        return self.image(self.encode(x).mean)

    def generate(self, noise: Tensor) -> Tensor:
        """Standard normal noise (B, prior.noise_dim) → images of samples from the model's prior, (B, pixels)."""
        return self.image(self.prior.transport(noise))


def distortion(pixels: Distribution, x: Tensor) -> Tensor:
    """-log p(x|z), summed over pixels: (B,) nats per image."""
    if isinstance(pixels, Independent) and isinstance(pixels.base_dist, Bernoulli):
        # Bernoulli.log_prob broadcasts and copies; the loss straight from the logits is the same number, sooner.
        logits = pixels.base_dist.logits
        return nn.functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
    return -pixels.log_prob(x)


def numpy_image(pixels: Tensor) -> Any:
    """Images in [0, 1] → uint8 array of the same shape."""
    return (pixels * 255).round().to(torch.uint8).numpy()
