"""Other yardsticks for the codes than the KL to N(0, I): a prior that learns, and MMD on the crowd."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

DRAWS = 100


def recipes(seed: int) -> dict[str, Recipe]:
    """VAEs in two dimensions: with a mixture that learns as the prior, and with MMD in place of the KL."""
    plain = replace(VAE, epochs=100, seed=seed)
    return {"mixture": replace(plain, prior="mixture"), "mmd": replace(plain, beta=0.0, mmd=30.0)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``mmd_each``, ``mmd_crowd``: width of one cloud and of all codes together under MMD, on test images.

    ``rate``: of the mixture, in nats per test image, from ``DRAWS`` draws; ``rate_off``: how far as many other draws are from it, as a
    share.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.objective import rate

    generator = torch.Generator().manual_seed(seed)
    q, model = models["mmd"].cloud(models["mmd"].data.test), models["mixture"].model
    numbers = {"mmd_each": float(q.stddev.mean()), "mmd_crowd": float((q.mean.var(0) + q.variance.mean(0)).sqrt().mean())}
    q = models["mixture"].cloud(models["mixture"].data.test)
    with torch.no_grad():
        first, again = (float(torch.stack([rate(model, q, draw(q, generator)) for _ in range(DRAWS)]).mean()) for _ in range(2))
    return Figures(numbers | {"rate": first, "rate_off": abs(again / first - 1)})


EXPERIMENT = Experiment("yardsticks", recipes, measure)
