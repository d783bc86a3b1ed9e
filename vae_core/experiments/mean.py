"""What a mean over pixels in place of their sum makes of a VAE, by three ways to score a pixel."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

PIXELS = 64
SUM_OF_SQUARES = math.sqrt(0.5)  # with this σ, -log p(x|z) is the sum of squared errors and a constant
LIKELIHOODS: dict[str, dict[str, Any]] = {
    "bce": {"likelihood": "bernoulli"},
    "mse": {"likelihood": "gaussian", "sigma": SUM_OF_SQUARES},
    "learned": {"likelihood": "gaussian-learned"},
}
REDUCTIONS = {"sum": 1.0, "mean": float(PIXELS)}  # KL whole beside a mean over pixels is KL times 64 beside the sum
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """Each likelihood with its terms in proportion, and with the reconstruction term as a mean over pixels: the same as β = 64."""
    return {
        f"{kind}_{reduction}": replace(VAE, beta=beta, epochs=60, seed=seed, **settings)
        for kind, settings in LIKELIHOODS.items()
        for reduction, beta in REDUCTIONS.items()
    }


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``bce_sum_rate`` and so on: KL in nats per test image; ``bce_sum_error``: squared error a pixel.

    ``bce_sum_distortion``, ``learned_sum_distortion``: reconstruction term in nats per test image. ``floor``: what a perfect copy pays by
    BCE. ``learned_sum_sigma``: the σ that was learned; ``peak``: the density of a pixel that is guessed exactly, with that σ. Arrays:
    ``originals``, and what sum and mean make of them with BCE.
    """
    import torch

    from vae_core.metrics import bound_terms
    from vae_core.model import numpy_image
    from vae_core.objective import kl_per_dimension

    numbers: dict[str, float] = {}
    data = models["bce_sum"].data
    for name, trained in models.items():
        with torch.no_grad():
            numbers[f"{name}_rate"] = float(kl_per_dimension(trained.model, trained.cloud(data.test)).sum(-1).mean())
        numbers[f"{name}_error"] = trained.error(data.test)
    for name in ("bce_sum", "learned_sum"):
        with torch.no_grad():
            terms = bound_terms(models[name].model, models[name].cloud(data.test), data.test, torch.Generator().manual_seed(seed))
        numbers[f"{name}_distortion"] = float(terms["distortion"] or 0.0)
    numbers["floor"] = float(torch.special.entr(data.test).add(torch.special.entr(1 - data.test)).sum(-1).mean())
    with torch.no_grad():
        sigma = float(models["learned_sum"].model.decode(torch.zeros(1, VAE.latent_dim)).stddev.mean())
    numbers |= {"learned_sum_sigma": sigma, "peak": 1 / (math.sqrt(2 * math.pi) * sigma)}
    shown = data.test[:SHOWN]
    rebuilt = {f"{how}_rebuilt": models[f"bce_{how}"].reconstruct(shown) for how in REDUCTIONS}
    return Figures(numbers, {name: numpy_image(pictures) for name, pictures in ({"originals": shown} | rebuilt).items()})


EXPERIMENT = Experiment("mean", recipes, measure)
