"""Other yardsticks for the codes than the KL to N(0, I): a prior that learns, and MMD on the crowd."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

IMPORTANCE = 100
DRAWS = 100


def recipes(seed: int) -> dict[str, Recipe]:
    """VAEs in two dimensions: with N(0, I), with a mixture that learns, and with MMD in place of the KL."""
    plain = replace(VAE, epochs=100, seed=seed)
    return {"normal": plain, "mixture": replace(plain, prior="mixture"), "mmd": replace(plain, beta=0.0, mmd=30.0)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Bounds in nats per test image, and the width of clouds and crowds.

    ``normal_bound`` and ``mixture_bound`` are importance-weighted; ``rate``, of the mixture, from ``DRAWS`` draws, and
    ``rate_off``, how far as many other draws are from it, as a share.

    ``mmd_each``, ``mmd_crowd``: width of one cloud and of all codes together under MMD; ``normal_each``, ``normal_crowd`` with the KL.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.metrics import importance_bound
    from vae_core.objective import rate

    generator = torch.Generator().manual_seed(seed)
    numbers = {}
    for label, trained in models.items():
        q = trained.cloud(trained.data.test)
        numbers[f"{label}_each"] = float(q.stddev.mean())
        numbers[f"{label}_crowd"] = float((q.mean.var(0) + q.variance.mean(0)).sqrt().mean())
    with torch.no_grad():
        for label in ("normal", "mixture"):
            bound = importance_bound(models[label].model, models[label].data.test, IMPORTANCE, generator)
            numbers[f"{label}_bound"] = float(bound["iw_bound"] or 0.0)
        mixture = models["mixture"]
        q = mixture.cloud(mixture.data.test)
        first, again = (float(torch.stack([rate(mixture.model, q, draw(q, generator)) for _ in range(DRAWS)]).mean()) for _ in range(2))
    return Figures(numbers | {"rate": first, "rate_off": abs(again / first - 1)})


EXPERIMENT = Experiment("yardsticks", recipes, measure)
