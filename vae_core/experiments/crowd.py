"""What the rate of a VAE pays for: the information of each cloud about its image, and the crowd's mismatch with the prior."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

BETAS = {"light": 1.0, "heavy": 2.0}


def recipes(seed: int) -> dict[str, Recipe]:
    """The plain VAE in two dimensions, and one that pays twice as much for its rate."""
    return {label: replace(VAE, beta=beta, epochs=100, seed=seed) for label, beta in BETAS.items()}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Rate = information + mismatch, in nats per test image; and how wide one cloud (``each``) and the whole ``crowd`` are.

    ``information_left``, ``mismatch_left``: how much of each the higher price leaves, as a share.
    ``turn``: direction of the crowd's longest axis, in degrees; it means nothing, and no two seeds need to share it.

    References:
        ELBO Surgery (Hoffman & Johnson, 2016).
    """
    import torch

    from vae_core.metrics import rate_split
    from vae_core.objective import kl_per_dimension

    numbers: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {"labels": models["light"].data.test_labels.numpy().astype("u1")}
    for label, trained in models.items():
        q = trained.cloud(trained.data.test)
        with torch.no_grad():
            split = rate_split(trained.model, q, torch.Generator().manual_seed(seed), draws=20)
            rate = float(kl_per_dimension(trained.model, q).sum(-1).mean())
        parts = {name: float(split[name] or 0.0) for name in ("mutual_information", "mismatch")}
        numbers |= {f"{label}_rate": rate, f"{label}_information": parts["mutual_information"], f"{label}_mismatch": parts["mismatch"]}
        numbers[f"{label}_each"] = float(q.stddev.mean())
        numbers[f"{label}_crowd"] = float((q.mean.var(0) + q.variance.mean(0)).sqrt().mean())
        arrays |= {f"{label}_mu": q.mean.numpy(), f"{label}_sigma": q.stddev.numpy()}
    for part in ("information", "mismatch"):
        numbers[f"{part}_left"] = numbers[f"heavy_{part}"] / numbers[f"light_{part}"]
    return Figures(numbers | {"turn": turn(arrays["light_mu"])}, arrays)


def turn(codes: np.ndarray) -> float:
    """Direction of the first principal axis of codes (n, 2), degrees from 0 to 180."""
    _, vectors = np.linalg.eigh(np.cov(codes.T))
    return float(np.degrees(np.arctan2(vectors[1, -1], vectors[0, -1])) % 180)


EXPERIMENT = Experiment("crowd", recipes, measure, seeds=(0, 1, 2, 3, 4))
