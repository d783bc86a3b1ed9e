"""What a higher price of the KL does: to the rate, to images rebuilt and drawn, and to the gap between learned and new images."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

BETAS = {"low": 0.1, "half": 0.5, "one": 1.0}
SAMPLES = 1000


def recipes(seed: int) -> dict[str, Recipe]:
    """VAEs with eight numbers that differ in β only."""
    return {label: replace(VAE, latent_dim=8, beta=beta, epochs=100, seed=seed) for label, beta in BETAS.items()}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """For each β, ``low_rate`` and so on.

    ``rate``: nats per test image; ``error``: squared error a pixel on test images, ``gap``: that less the one on learned images;
    ``frechet``: distance of samples from test images; ``precision``: samples within reach of a real image; ``sharp``: squared difference
    of neighbouring pixels in samples, as a share of that in test images.
    """
    import torch

    from vae_core.metrics import sample_quality
    from vae_core.objective import kl_per_dimension

    numbers: dict[str, float] = {}
    for label, trained in models.items():
        data = trained.data
        noise = torch.randn(SAMPLES, trained.model.prior.noise_dim, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            rate = float(kl_per_dimension(trained.model, trained.cloud(data.test)).sum(-1).mean())
            samples = trained.model.generate(noise)
        quality = sample_quality(samples, data.test, data.train)
        error = trained.error(data.test)
        numbers |= {
            f"{label}_rate": rate,
            f"{label}_error": error,
            f"{label}_gap": error - trained.error(data.train),
            f"{label}_frechet": float(quality["frechet"] or 0.0),
            f"{label}_precision": float(quality["precision"] or 0.0),
            f"{label}_sharp": sharpness(samples, data),
        }
    return Figures(numbers)


def sharpness(images: "Tensor", data: "Data") -> float:
    """The steepness of images (n, pixels), as a share of that of test images."""
    return steepness(images, data.probe.shape) / steepness(data.test, data.probe.shape)


def steepness(x: "Tensor", shape: tuple[int, ...]) -> float:
    """Mean squared difference of neighbouring pixels of images (n, pixels)."""
    pictures = x.view(-1, *shape)
    return float(pictures.diff(dim=1).square().mean() + pictures.diff(dim=2).square().mean())


EXPERIMENT = Experiment("price", recipes, measure)
