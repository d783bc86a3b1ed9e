"""How a VAE's code dies: β and the decoder's σ against the threshold of linear theory, and three cures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

BETAS = (1, 4, 8, 15, 20)
SIGMA = 0.2
DIMENSIONS = 8
CURES = ("wide", "warm", "free", "learned")
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """A ladder of β for a deep and for a linear VAE; and ``wide``, with β = 1 but a decoder of σ = 1, with three cures for it."""
    deep = replace(VAE, latent_dim=DIMENSIONS, likelihood="gaussian", sigma=SIGMA, epochs=40, seed=seed)
    linear = replace(deep, hidden=(), lr=1e-2, batch_size=256, epochs=120)
    ladder = {f"{name}_{beta}": replace(one, beta=float(beta)) for name, one in (("deep", deep), ("linear", linear)) for beta in BETAS}
    wide = replace(deep, sigma=1.0)
    cures: dict[str, dict[str, Any]] = {"warm": {"warmup": 20.0}, "free": {"free_bits": 0.5}, "learned": {"likelihood": "gaussian-learned"}}
    return {**ladder, "wide": wide} | {name: replace(wide, **changes) for name, changes in cures.items()}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Of each run: ``_rate`` KL in nats per test image, ``_active`` active units, ``_lost`` error as a share of the mean image's.

    ``theory_8_rate`` and ``theory_8_active``: what linear theory says at β = 8, from the training images' covariance alone; ``largest``:
    its largest eigenvalue, and ``threshold`` the β at which the last dimension dies.
    """
    import torch

    from vae_core.metrics import code_moments
    from vae_core.objective import kl_per_dimension

    data = models["deep_1"].data
    mean = data.train.mean(0)
    nothing = float((data.test - mean).square().mean())
    eigenvalues = torch.linalg.eigvalsh(torch.cov(data.train.T).double()).flip(0)[:DIMENSIONS]
    numbers = {"largest": float(eigenvalues[0]), "threshold": float(eigenvalues[0]) / SIGMA**2}
    arrays = {"eigenvalues": eigenvalues.numpy(), "original": _bytes(data.test[:SHOWN]), "mean": _bytes(mean[None])}
    for beta in BETAS:
        numbers |= {f"theory_{beta}_{name}": value for name, value in theory(eigenvalues, beta * SIGMA**2).items()}
    for name, trained in models.items():
        q = trained.cloud(data.test)
        with torch.no_grad():
            kl = kl_per_dimension(trained.model, q).mean(0)
        numbers |= {f"{name}_rate": float(kl.sum()), f"{name}_lost": trained.error(data.test) / nothing}
        numbers[f"{name}_active"] = float(code_moments(q, trained.model.prior)["active_units"] or 0.0)
        arrays |= {f"{name}_kl": kl.numpy(), f"{name}_variance": q.mean.var(0).numpy()}
        arrays[f"{name}_rebuilt"] = _bytes(trained.reconstruct(data.test[:SHOWN]))
    with torch.no_grad():
        numbers["learned_sigma"] = float(models["learned"].model.decode(torch.zeros(1, DIMENSIONS)).stddev.mean())
    return Figures(numbers, arrays)


def theory(eigenvalues: "Tensor", price: float) -> dict[str, float]:
    """The optimum of a linear VAE with Gaussian pixels: its rate in nats and how many dimensions are in use.

    Divided by β, the loss |x - Wz - b|²/(2σ²) + β KL is the -ELBO of probabilistic PCA with noise variance βσ², here ``price``. Its optimum
    keeps those principal directions whose variance λ exceeds βσ². The posterior's variance there is βσ²/λ, so each costs ½ log(λ/βσ²) nats.

    References:
        Probabilistic Principal Component Analysis (Tipping & Bishop, 1999); Don't Blame the ELBO! (Lucas et al., 2019); for the principal
        directions: Variational Autoencoders Pursue PCA Directions (by Accident) (Rolinek et al., 2019).
    """
    ratio = eigenvalues / price
    return {"rate": float(0.5 * ratio.clamp(min=1).log().sum()), "active": float((ratio > 1).sum())}


def _bytes(pixels: "Tensor") -> np.ndarray:
    return np.round(pixels.clamp(0, 1).numpy() * 255).astype(np.uint8)


EXPERIMENT = Experiment("collapse", recipes, measure)
