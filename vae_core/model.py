"""A latent-variable model: posterior × likelihood × prior."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent

from vae_core.bayesian import WeightPosterior
from vae_core.distributions import Posterior
from vae_core.labels import LabelShift
from vae_core.pieces import piecewise
from vae_core.priors import Prior


class Conditional(nn.Module):
    """A network followed by a head: the distribution of one thing given another.

    Args:
        net: plain layers.
        head: from what they give to a distribution.
        shift: what a label adds, for a model that is told labels.
        weights: what is not sure about the network's weights, for a Bayesian one.
    """

    def __init__(
        self, net: nn.Sequential, head: nn.Module, shift: LabelShift | None = None, weights: WeightPosterior | None = None
    ) -> None:
        super().__init__()
        self.net, self.head, self.shift, self.weights = net, head, shift, weights

    def forward(self, given: Tensor, label: Tensor | None = None, generator: torch.Generator | None = None) -> Any:
        """(B, ·), and one-hot labels (B, classes) → a distribution with batch shape (B,).

        A Bayesian network draws its weights with the generator; without one it takes their means.
        """
        shift = None if label is None else self.shift
        weights = None if generator is None else self.weights
        if weights is not None and generator is not None:
            return self.head(self._drawn(given, label, weights, generator))
        if shift is None or label is None:
            return self.head(piecewise(self.net, self.net, given).to(given.dtype))
        return self.head(piecewise(self.net, self._told, given, label))

    def _told(self, h: Tensor, label: Tensor) -> Tensor:
        """What the network gives with labels."""
        for place, layer in enumerate(self.net):
            h = layer(h) if self.shift is None else self.shift(place, layer(h), label)
        return h

    def _drawn(self, h: Tensor, label: Tensor | None, weights: WeightPosterior, generator: torch.Generator) -> Tensor:
        """The same with weights that are drawn."""
        for place in range(len(self.net)):
            h = weights.noisy(self.net, place, h, generator)
            h = h if self.shift is None or label is None else self.shift(place, h, label)
        return h


class Model(nn.Module):
    """posterior q(z|x), likelihood p(x|z) and prior p(z). An autoencoder is the model whose posterior is a point.

    ``span`` is the range of a pixel, or of a coordinate where the data are points. A ``classifier`` gives logits of q(y|x).
    """

    def __init__(
        self,
        posterior: Conditional,
        likelihood: Conditional,
        prior: Prior,
        span: tuple[float, float] = (0.0, 1.0),
        classifier: nn.Sequential | None = None,
    ) -> None:
        super().__init__()
        self.posterior, self.likelihood, self.prior = posterior, likelihood, prior
        self.span = span
        self.classifier = classifier
        self.label: Tensor | None = None

    def given(self, labels: Tensor) -> "Model":
        """The same model, told the labels (B,) of the images that it will encode and decode; one that takes none stays as it is."""
        if self.posterior.shift is None:
            return self
        told = copy.copy(self)
        told.label = nn.functional.one_hot(labels, self.posterior.shift.classes).float()
        return told

    def told_or_read(self, x: Tensor, labels: Tensor) -> "Model":
        """The same model, told the labels of images (B, pixels): as its own classifier reads them if it has one, else ``labels``."""
        return self.given(labels if self.classifier is None else self.read(x).argmax(-1))

    def read(self, x: Tensor) -> Tensor:
        """Images (B, pixels) → logits of q(y|x), (B, classes)."""
        assert self.classifier is not None
        return piecewise(self.classifier, self.classifier, x)

    def encode(self, x: Tensor) -> Posterior:
        """Images (B, pixels), within the span → q(z|x)."""
        return self.posterior(x, self.label)

    def decode(self, z: Tensor, generator: torch.Generator | None = None) -> Distribution:
        """Codes (B, d) → p(x|z). A Bayesian decoder draws its weights with the generator; without one it takes their means."""
        return self.likelihood(z, self.label, generator)

    def image(self, z: Tensor) -> Tensor:
        """Codes (B, d) → the mean image (B, pixels), held within the span."""
        return self.decode(z).mean.clamp(*self.span)

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
        return _cross_entropy(pixels.base_dist.logits, x).sum(-1)
    return -pixels.log_prob(x)


def _cross_entropy(logits: Tensor, x: Tensor) -> Tensor:
    """Of each pixel, in nats, of the shape of ``logits``.

    Where no gradient is asked for it is written out, with log(1 + e) in place of log1p(e): that takes less than half the time, and rounds
    a pixel by some 1e-7 nats.
    """
    if torch.is_grad_enabled():
        return nn.functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")
    return logits.abs().neg_().exp_().add_(1).log_().add_(logits.clamp_min(0)).sub_(logits * x)


def numpy_image(pixels: Tensor) -> Any:
    """Images in [0, 1] → uint8 array of the same shape."""
    return (pixels * 255).round().to(torch.uint8).numpy()
