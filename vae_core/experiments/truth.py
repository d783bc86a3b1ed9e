"""With one latent number everything can be added up on a grid: log p(x), the true posterior, and how far q(z|x) is from it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained
    from vae_core.model import Model

REACH, STEP = 6.0, 0.002
IMAGES = 100
DRAWS = (1, 100)
REPEATS = 50


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE with one number a digit."""
    return {"vae": replace(VAE, latent_dim=1, epochs=100, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Nats per test image, by adding up over the line, before training (``start``) and after it (``end``).

    ``off``: KL(q(z|x) ‖ p(z|x)); ``evidence``: log p(x); ``rate``: KL(q(z|x) ‖ p(z)). ``formula``: how far ½ Σ (μ² + σ² - 1 - log σ²) is
    from that rate, at worst. ``draws_1`` and ``draws_100``: standard deviation of the reconstruction term estimated with as many draws,
    and ``draws_off`` how far the mean of all draws is from the exact one, as a share.
    """
    import torch

    from vae_core.training import Training

    vae = models["vae"]
    x = vae.data.test[:IMAGES]
    with torch.no_grad():
        start = on_the_line(Training(vae.recipe, vae.data).model, x)
        end = on_the_line(vae.model, x)
        q = vae.cloud(x)
        formula = 0.5 * (q.mean.square() + q.variance - 1 - q.variance.log()).sum(-1)
        estimates = {count: drawn(vae.model, x, count, seed) for count in DRAWS}
    numbers = {f"{name}_{when}": float(value.mean()) for when, found in (("start", start), ("end", end)) for name, value in found.items()}
    numbers["formula"] = float((formula - end["rate"]).abs().max())
    numbers |= {f"draws_{count}": float(values.std(0).mean()) for count, values in estimates.items()}
    numbers["draws_off"] = float(estimates[DRAWS[-1]].mean() / end["distortion"].mean() - 1)
    return Figures(numbers | {"draws_off": abs(numbers["draws_off"])})


def on_the_line(model: "Model", x: "Tensor") -> dict[str, "Tensor"]:
    """Exact terms of images (n, pixels) under a model with one latent number and Bernoulli pixels: each (n,) nats."""
    import torch

    z = torch.arange(-REACH, REACH, STEP)[:, None]
    logits = model.decode(z).base_dist.logits  # type: ignore[attr-defined]
    likelihood = (x @ logits.T - torch.nn.functional.softplus(logits).sum(-1)).double()  # (n, places)
    prior = model.prior().log_prob(z).double()
    evidence = torch.logsumexp(likelihood + prior, 1) + math.log(STEP)
    posterior = likelihood + prior - evidence[:, None]
    q = model.encode(x)
    log_q = torch.distributions.Normal(q.mean.double(), q.stddev.double()).log_prob(z.double().T)  # type: ignore[union-attr]
    mass = log_q.exp() * STEP
    return {
        "evidence": evidence,
        "off": (mass * (log_q - posterior)).sum(1),
        "rate": (mass * (log_q - prior)).sum(1),
        "distortion": -(mass * likelihood).sum(1),
    }


def drawn(model: "Model", x: "Tensor", count: int, seed: int) -> "Tensor":
    """The reconstruction term of images (n, pixels) as a mean over ``count`` draws of z, estimated ``REPEATS`` times: (REPEATS, n) nats."""
    import torch

    from vae_core.distributions import draw
    from vae_core.model import distortion

    generator = torch.Generator().manual_seed(seed)
    q = model.encode(x)
    return torch.stack(
        [torch.stack([distortion(model.decode(draw(q, generator)), x) for _ in range(count)]).mean(0) for _ in range(REPEATS)]
    )


EXPERIMENT = Experiment("truth", recipes, measure, seeds=(0, 1, 2, 3, 4))
