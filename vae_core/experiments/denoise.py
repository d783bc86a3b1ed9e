"""Who cleans noisy digits: a plain AE, or one that learned on noise or on holes; against doing nothing and the best linear filter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

NOISES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
TAUGHT = 0.3  # the noise that the denoising autoencoder learns with
HIDDEN = 0.5
MODELS = ("ae", "dae", "masked")
SHOWN = 8


def label(who: str, noise: float) -> str:
    """Name of a figure: ``ae_30`` is of the autoencoder at noise 0.3."""
    return f"{who}_{round(100 * noise)}"


def recipes(seed: int) -> dict[str, Recipe]:
    """Three autoencoders with sixteen numbers a code, alike but for what their encoder sees."""
    ae = replace(AE, latent_dim=16, epochs=60, seed=seed)
    return {"ae": ae, "dae": replace(ae, noise=TAUGHT), "masked": replace(ae, mask=HIDDEN)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``ae_30`` and so on: squared error a pixel against the clean test image, when N(0, 0.3²) was added to the input.

    All are held within [0, 1], as the models' images are. ``nothing`` is the noisy image itself, whose error is therefore less than the
    noise's variance; ``linear`` the best matrix (Wiener, 1949).
    ``ae_holes`` and so on: the same on hidden pixels alone, half of them painted black; ``mean_holes`` is of the mean training image.
    """
    import torch

    data = models["ae"].data
    generator = torch.Generator().manual_seed(seed)
    numbers: dict[str, float] = {}
    pictures = {"clean": data.test[:SHOWN]}
    for noise in NOISES:
        noisy = data.test + noise * torch.empty_like(data.test).normal_(generator=generator)
        made = {"nothing": noisy, "linear": linear(noisy, data.train, noise)}
        made |= {who: models[who].reconstruct(noisy) for who in MODELS}
        for who, cleaned in made.items():
            held = cleaned.clamp(0, 1)
            numbers[label(who, noise)] = float((held - data.test).square().mean())
            pictures[label(who, noise)] = held[:SHOWN]
    hidden = torch.empty_like(data.test).uniform_(generator=generator) < HIDDEN
    seen = data.test * ~hidden
    filled = {"seen": seen, "mean": data.train.mean(0).expand_as(seen)} | {who: models[who].reconstruct(seen) for who in MODELS}
    for who, whole in filled.items():
        numbers[f"{who}_holes"] = float((whole - data.test)[hidden].square().mean())
        pictures[f"{who}_holes"] = whole[:SHOWN]
    return Figures(numbers, {name: _bytes(pixels) for name, pixels in pictures.items()})


def linear(noisy: "Tensor", train: "Tensor", noise: float) -> "Tensor":
    """The matrix with the least squared error for this noise, from mean and covariance C of the training images: (n, pixels).

    x̂ = m + C (C + σ² I)⁻¹ (y - m). It is told σ, which no model here is.
    """
    import torch

    mean, covariance = train.mean(0), torch.cov(train.T).double()
    loaded = covariance + max(noise**2, 1e-9) * torch.eye(len(covariance), dtype=torch.float64)
    return mean + (noisy - mean) @ torch.linalg.solve(loaded, covariance).float()


def _bytes(pixels: "Tensor") -> np.ndarray:
    return np.round(pixels.clamp(0, 1).numpy() * 255).astype(np.uint8)


EXPERIMENT = Experiment("denoise", recipes, measure)
