"""With one latent number everything can be added up on a line: log p(x), the true posterior, and how far q(z|x) and the bounds are off."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained
    from vae_core.model import Model

REACH, STEP = 6.0, 0.002
IMAGES = 100
DRAWS = (1, 100)
REPEATS = 50
COUNTS = (1, 3, 10, 30, 100, 300)
CODES = 1500  # drawn for each image; each count goes into it evenly
DIGITS = 10
EDGE, EACH = 4.0, 10  # curves are drawn between ±EDGE, at each tenth place of the line


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE with one number a digit."""
    return {"vae": replace(VAE, latent_dim=1, epochs=100, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Nats per test image, by adding up over the line, before training (``start``) and after it (``end``).

    ``off``: KL(q(z|x) ‖ p(z|x)); ``evidence``: log p(x); ``rate``: KL(q(z|x) ‖ p(z)). ``elbo``: what training raised. ``bound_10``: the
    importance-weighted bound with K = 10, by draws. ``formula``: how far ½ Σ (μ² + σ² - 1 - log σ²) is from that rate, at worst.
    ``draws_1`` and ``draws_100``: standard deviation of the reconstruction term estimated with as many draws, and ``draws_off`` how far
    the mean of all draws is from the exact one, as a share. Arrays: see ``curves``.
    """
    import torch

    from vae_core.training import Training

    vae = models["vae"]
    x = vae.data.test[:IMAGES]
    untrained = Training(vae.recipe, vae.data).model
    with torch.no_grad():
        start = on_the_line(untrained, x)
        end = on_the_line(vae.model, x)
        q = vae.cloud(x)
        formula = 0.5 * (q.mean.square() + q.variance - 1 - q.variance.log()).sum(-1)
        estimates = {count: drawn(vae.model, x, count, seed) for count in DRAWS}
        bounds = bounds_by_draws(vae.model, x, torch.Generator().manual_seed(seed))
        arrays = curves({"start": untrained, "end": vae.model}, vae.data)
    numbers = {f"{name}_{when}": float(value.mean()) for when, found in (("start", start), ("end", end)) for name, value in found.items()}
    numbers["elbo"] = -numbers["distortion_end"] - numbers["rate_end"]
    numbers["formula"] = float((formula - end["rate"]).abs().max())
    numbers |= {f"draws_{count}": float(values.std(0).mean()) for count, values in estimates.items()}
    numbers["draws_off"] = abs(float(estimates[DRAWS[-1]].mean() / end["distortion"].mean() - 1))
    return Figures(numbers | bounds, arrays)


def line() -> "Tensor":
    """The places that are added up over: (places, 1)."""
    import torch

    return torch.arange(-REACH, REACH, STEP)[:, None]


def log_densities(model: "Model", x: "Tensor") -> dict[str, "Tensor"]:
    """Of images (n, pixels) under a model with one latent number and Bernoulli pixels, at each place of the ``line``.

    ``likelihood`` log p(x|z), ``posterior`` log p(z|x), ``cloud`` log q(z|x): (n, places); ``prior`` log p(z): (places,); and ``evidence``
    log p(x): (n,).
    """
    import torch

    z = line()
    logits = model.decode(z).base_dist.logits  # type: ignore[attr-defined]
    likelihood = (x @ logits.T - torch.nn.functional.softplus(logits).sum(-1)).double()
    prior = model.prior().log_prob(z).double()
    evidence = torch.logsumexp(likelihood + prior, 1) + math.log(STEP)
    q = model.encode(x)
    cloud = torch.distributions.Normal(q.mean.double(), q.stddev.double()).log_prob(z.double().T)  # type: ignore[union-attr]
    posterior = likelihood + prior - evidence[:, None]
    return {"likelihood": likelihood, "prior": prior, "evidence": evidence, "posterior": posterior, "cloud": cloud}


def on_the_line(model: "Model", x: "Tensor") -> dict[str, "Tensor"]:
    """Exact terms of images (n, pixels) under a model with one latent number and Bernoulli pixels: each (n,) nats."""
    log = log_densities(model, x)
    mass = log["cloud"].exp() * STEP
    return {
        "evidence": log["evidence"],
        "off": (mass * (log["cloud"] - log["posterior"])).sum(1),
        "rate": (mass * (log["cloud"] - log["prior"])).sum(1),
        "distortion": -(mass * log["likelihood"]).sum(1),
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


def bounds_by_draws(model: "Model", x: "Tensor", generator: "Generator") -> dict[str, float]:
    """The bound log 1/K Σ_k p(x, z_k) / q(z_k|x) for each count K, averaged over images (n, pixels) and over all sets of K draws.

    References:
        Importance Weighted Autoencoders (Burda et al., 2016).
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.model import distortion

    q, prior = model.encode(x), model.prior()

    def weight(z: "Tensor") -> "Tensor":
        return prior.log_prob(z) - distortion(model.decode(z), x) - q.log_prob(z)  # type: ignore[union-attr]

    weights = torch.stack([weight(draw(q, generator)) for _ in range(CODES)])  # (CODES, n)
    return {f"bound_{k}": float(weights.reshape(-1, k, len(x)).logsumexp(1).mean()) - math.log(k) for k in COUNTS}


def curves(models: Mapping[str, "Model"], data: "Data") -> dict[str, np.ndarray]:
    """Of the first test image of each digit, what can be drawn.

    ``images`` (10, pixels); at the places ``line`` (m,) the densities ``posterior_end`` p(z|x) and ``cloud_end`` q(z|x), for each model by
    its name: (10, m); ``off_end`` (10,): how far the two are apart, in nats.
    """
    import torch

    from vae_core.model import numpy_image

    x = torch.stack([data.test[data.test_labels == digit][0] for digit in range(DIGITS)])
    places = (line()[:, 0].abs() <= EDGE).nonzero()[::EACH, 0]
    arrays = {"images": numpy_image(x), "line": line()[places, 0].numpy()}
    for when, model in models.items():
        log = log_densities(model, x)
        arrays |= {f"{name}_{when}": log[name][:, places].exp().float().numpy() for name in ("posterior", "cloud")}
        arrays[f"off_{when}"] = on_the_line(model, x)["off"].float().numpy()
    return arrays


EXPERIMENT = Experiment("truth", recipes, measure, seeds=(0, 1, 2, 3, 4))
