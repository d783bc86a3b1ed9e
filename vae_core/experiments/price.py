"""What a higher price of the KL does: to the rate, to images rebuilt and drawn, and to the gap between learned and new images.

And why what is drawn is blurred: how many training images share a code, and how near a sample is to their mean.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor
    from torch.distributions import Distribution

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

BETAS = {"low": 0.1, "half": 0.5, "one": 1.0}
SAMPLES = 1000
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """VAEs with eight numbers that differ in β only."""
    return {label: replace(VAE, latent_dim=8, beta=beta, epochs=100, seed=seed) for label, beta in BETAS.items()}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """For each β, ``low_rate`` and so on.

    ``rate``: nats per test image; ``error``: squared error a pixel on test images, ``gap``: that less the one on learned images;
    ``frechet``: distance of samples from test images; ``precision``: samples within reach of a real image; ``sharp``: squared difference
    of neighbouring pixels in samples, as a share of that in test images.

    ``sharers``: how many training images share a sample's code, as the exponential of the entropy of their say in it. Mean distances of a
    sample: ``mean_off`` from the mean of these images, ``middle_off`` from that of all training images, ``nearest`` from the nearest one.
    ``pixel_…``: some of these of a Gaussian fitted to the pixels, with no network. Arrays, ``SHOWN`` images each: ``…_samples``,
    ``…_means`` and ``…_near``, as in these distances; ``pixel``.
    """
    import torch

    from vae_core.experiments.generate import nearest
    from vae_core.metrics import sample_quality
    from vae_core.model import numpy_image
    from vae_core.objective import kl_per_dimension

    data = models["one"].data
    drawn = fitted_pixels(data.train, torch.Generator().manual_seed(seed))
    numbers = {
        "pixel_frechet": float(sample_quality(drawn, data.test, data.train)["frechet"] or 0.0),
        "pixel_nearest": float(nearest(drawn, data.train)[0].mean()),
        "pixel_sharp": sharpness(drawn, data),
    }
    arrays = {"pixel": numpy_image(drawn[:SHOWN])}
    for label, trained in models.items():
        noise = torch.randn(SAMPLES, trained.model.prior.noise_dim, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            rate = float(kl_per_dimension(trained.model, trained.cloud(data.test)).sum(-1).mean())
            codes = trained.model.prior.transport(noise)
            samples = trained.model.image(codes)
        say = shares(trained.cloud(data.train), codes)
        means, (away, which) = say @ data.train, nearest(samples, data.train)
        quality = sample_quality(samples, data.test, data.train)
        error = trained.error(data.test)
        numbers |= {
            f"{label}_rate": rate,
            f"{label}_error": error,
            f"{label}_gap": error - trained.error(data.train),
            f"{label}_frechet": float(quality["frechet"] or 0.0),
            f"{label}_precision": float(quality["precision"] or 0.0),
            f"{label}_sharp": sharpness(samples, data),
            f"{label}_sharers": float(torch.special.entr(say).sum(1).exp().mean()),
            f"{label}_mean_off": float((samples - means).norm(dim=1).mean()),
            f"{label}_middle_off": float((samples - data.train.mean(0)).norm(dim=1).mean()),
            f"{label}_nearest": float(away.mean()),
        }
        shown = {"samples": samples, "means": means, "near": data.train[which[:SHOWN]]}
        arrays |= {f"{label}_{name}": numpy_image(images[:SHOWN]) for name, images in shown.items()}
    return Figures(numbers, arrays)


def shares(q: "Distribution", codes: "Tensor") -> "Tensor":
    """The say that each of n images with clouds ``q`` has in codes (m, d): q(z|xᵢ) / Σ q(z|xⱼ), (m, n).

    With these as weights, the mean of the images is what the best decoder would draw for a code.
    """
    import torch

    return torch.stack([q.log_prob(one) for one in codes]).softmax(1)


def fitted_pixels(x: "Tensor", generator: "Generator") -> "Tensor":
    """``SAMPLES`` images (n, pixels) from a Gaussian with the mean and the covariance of images (m, pixels), held within [0, 1]."""
    import torch

    values, vectors = torch.linalg.eigh(torch.cov(x.T))
    noise = torch.randn(SAMPLES, x.shape[1], generator=generator)
    return (x.mean(0) + noise * values.clamp_min(0).sqrt() @ vectors.T).clamp(0, 1)


def sharpness(images: "Tensor", data: "Data") -> float:
    """The steepness of images (n, pixels), as a share of that of test images."""
    return steepness(images, data.probe.shape) / steepness(data.test, data.probe.shape)


def steepness(x: "Tensor", shape: tuple[int, ...]) -> float:
    """Mean squared difference of neighbouring pixels of images (n, pixels)."""
    pictures = x.view(-1, *shape)
    return float(pictures.diff(dim=1).square().mean() + pictures.diff(dim=2).square().mean())


EXPERIMENT = Experiment("price", recipes, measure)
