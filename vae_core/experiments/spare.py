"""More numbers than an image needs: how many of them a VAE pays for, and what its samples and an AE's are like."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.generate import nearest
from vae_core.experiments.sizes import pairs
from vae_core.figures import Figures
from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

SIZES = (2, 4, 8, 32)
PAID = 0.1  # nats: a dimension that costs less says next to nothing
SAMPLES, SHOWN = 1000, 8


def recipes(seed: int) -> dict[str, Recipe]:
    """A pair a size."""
    return pairs(SIZES, seed)


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """By model and size, such as ``vae8_error``, on test images.

    ``vae8_rate``: KL in nats per image; ``vae8_used``: dimensions that cost more than ``PAID`` nats of it; ``…_error``: squared error a
    pixel; ``…_away``: distance of samples from N(0, I) to the nearest training image, as a share of a test image's. Arrays ``…_drawn``:
    ``SHOWN`` such samples; ``vae8_kl`` and ``vae8_variance`` (d,): KL of each dimension in nats, and the variance of its mean code.
    """
    import torch

    from vae_core.model import numpy_image
    from vae_core.objective import kl_per_dimension

    data = models["vae2"].data
    real = float(nearest(data.test, data.train)[0].mean())
    numbers: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    for label, trained in models.items():
        noise = torch.randn(SAMPLES, trained.recipe.latent_dim, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            drawn = trained.model.image(noise)
        numbers[f"{label}_error"] = trained.error(data.test)
        numbers[f"{label}_away"] = float(nearest(drawn, data.train)[0].mean()) / real
        arrays[f"{label}_drawn"] = numpy_image(drawn[:SHOWN])
    for label in (f"vae{d}" for d in SIZES):
        q = models[label].cloud(data.test)
        with torch.no_grad():
            kl = kl_per_dimension(models[label].model, q).mean(0)
        numbers |= {f"{label}_rate": float(kl.sum()), f"{label}_used": float((kl > PAID).sum())}
        arrays |= {f"{label}_kl": kl.numpy(), f"{label}_variance": q.mean.var(0).numpy()}
    return Figures(numbers, arrays)


EXPERIMENT = Experiment("spare", recipes, measure, seeds=(0, 1, 2, 3, 4))
