"""The two terms of a VAE's loss on one image, step by step; what a mean in place of a sum makes of them; and what the bound lacks."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained
    from vae_core.model import Model

PIXELS = 64
SUM_OF_SQUARES = math.sqrt(0.5)  # with this σ, -log p(x|z) is the sum of squared errors and a constant
LIKELIHOODS: dict[str, dict[str, Any]] = {
    "bce": {"likelihood": "bernoulli"},
    "mse": {"likelihood": "gaussian", "sigma": SUM_OF_SQUARES},
    "learned": {"likelihood": "gaussian-learned"},
}
REDUCTIONS = {"sum": 1.0, "mean": float(PIXELS)}  # KL whole beside a mean over pixels is KL times 64 beside the sum
DRAWS = 10
COUNTS = (1, 3, 10, 30, 100, 300)
REACH, STEP = 5.0, 0.05
STEP_SIZE = 1e-3
MANY = 10_000


def recipes(seed: int) -> dict[str, Recipe]:
    """Each likelihood with its terms in proportion, and with the reconstruction term as a mean over pixels: the same as β = 64."""
    return {
        f"{kind}_{reduction}": replace(VAE, beta=beta, epochs=60, seed=seed, **settings)
        for kind, settings in LIKELIHOODS.items()
        for reduction, beta in REDUCTIONS.items()
    }


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``bce_sum_rate`` and so on: KL in nats per test image. ``bce_sum_error``: squared error a pixel; ``floor``: what a perfect copy pays.

    ``learned_sum_distortion``: with σ learned, nats per test image; ``peak``: the density of a pixel that is guessed exactly, with that σ.

    Of the model ``bce_sum``: ``bound_10`` the importance-weighted bound with K = 10; ``exact`` is log p(x) by adding up over the plane;
    ``elbo`` the bound that training raises, and ``gap`` what it lacks. ``kl_off``: how far the mean of ``MANY`` draws of log q(z)/p(z) is
    from the closed form, at worst over images, as a share of it. And the way of one image: see ``one_image``.
    """
    import torch

    from vae_core.metrics import bound_terms, importance_bound
    from vae_core.objective import kl_per_dimension

    numbers: dict[str, float] = {}
    data = models["bce_sum"].data
    for name, trained in models.items():
        with torch.no_grad():
            numbers[f"{name}_rate"] = float(kl_per_dimension(trained.model, trained.cloud(data.test)).sum(-1).mean())
        numbers[f"{name}_error"] = trained.error(data.test)
    with torch.no_grad():
        for name in (f"learned_{reduction}" for reduction in REDUCTIONS):
            numbers[f"{name}_sigma"] = float(models[name].model.decode(torch.zeros(1, VAE.latent_dim)).stddev.mean())
        sure = models["learned_sum"]
        terms = bound_terms(sure.model, sure.cloud(data.test), data.test, torch.Generator().manual_seed(seed))
    numbers["learned_sum_distortion"] = float(terms["distortion"] or 0.0)
    numbers["peak"] = 1 / (math.sqrt(2 * math.pi) * numbers["learned_sum_sigma"])
    vae = models["bce_sum"]
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        terms = bound_terms(vae.model, vae.cloud(data.test), data.test, generator)
        bounds = {f"bound_{k}": importance_bound(vae.model, data.test, k, generator)["iw_bound"] for k in COUNTS}
    numbers |= {name: float(value or 0.0) for name, value in (terms | bounds).items()}
    numbers["exact"] = float(exact(vae, data.test).mean())
    numbers["gap"] = numbers["exact"] - numbers["elbo"]
    numbers["floor"] = float(torch.special.entr(data.test).add(torch.special.entr(1 - data.test)).sum(-1).mean())
    numbers["kl_off"] = kl_off(vae, data.test[:50], generator)
    way = one_image(vae, data.test[0], generator)
    everyone = {"everyone": vae.cloud(data.test).mean.numpy()}
    return Figures(numbers | way.numbers, way.arrays | everyone)


def exact(vae: "Trained", x: "Tensor") -> "Tensor":
    """Log p(x) = log ∫ p(x|z) p(z) dz of a model with a code of two numbers and Bernoulli pixels, summed over a grid: (B,) nats."""
    import torch

    axis = torch.arange(-REACH, REACH + STEP / 2, STEP)
    z = torch.cartesian_prod(axis, axis)
    total = torch.full((len(x),), -math.inf)
    with torch.no_grad():
        for points in z.split(4096):
            logits = logits_of(vae.model, points)
            likelihood = x @ logits.T - torch.nn.functional.softplus(logits).sum(-1)
            total = torch.logaddexp(total, torch.logsumexp(likelihood + vae.model.prior().log_prob(points), 1))
    return total + 2 * math.log(STEP)


def logits_of(model: "Model", z: "Tensor") -> "Tensor":
    """The decoder's logits for codes (n, d): (n, pixels)."""
    from torch.distributions import Bernoulli, Independent

    pixels = model.decode(z)
    assert isinstance(pixels, Independent)
    assert isinstance(pixels.base_dist, Bernoulli)
    return pixels.base_dist.logits


def kl_off(vae: "Trained", x: "Tensor", generator: "Generator") -> float:
    """The largest relative difference between the closed form of the KL and its estimate by draws."""
    import torch

    from vae_core.distributions import draw
    from vae_core.objective import rate

    q, p = vae.cloud(x), vae.model.prior()
    with torch.no_grad():
        sampled = torch.stack([q.log_prob(z) - p.log_prob(z) for z in (draw(q, generator) for _ in range(MANY))]).mean(0)
        closed = rate(vae.model, q, q.mean)
    return float(((sampled - closed) / closed).abs().max())


def one_image(vae: "Trained", x: "Tensor", generator: "Generator") -> Figures:
    """The way of one image (pixels,) through the loss, with ``DRAWS`` draws.

    ``way_rate``: KL in nats. ``way_before`` and ``way_after``: loss of the first draw before and after one step of gradient descent on it;
    ``way_encoder`` and ``way_decoder``: the size of the gradient in each half. Arrays: ``mu``, ``sigma``, ``per_dimension`` (d,); ``noise``
    and ``z`` (DRAWS, d); ``drawn`` (DRAWS, pixels); ``per_pixel`` (DRAWS, pixels) nats.
    """
    import copy

    import torch
    from torch.distributions import Distribution
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    from vae_core.objective import kl_per_dimension

    model = copy.deepcopy(vae.model)
    noise = torch.empty(DRAWS, vae.recipe.latent_dim).normal_(generator=generator)

    def terms(epsilon: "Tensor") -> tuple["Tensor", "Tensor"]:
        q = model.encode(x[None])
        assert isinstance(q, Distribution)
        logits = logits_of(model, q.mean + q.stddev * epsilon)
        return cross_entropy(logits, x.expand_as(logits), reduction="none"), kl_per_dimension(model, q)

    loss = sum(term.sum() for term in terms(noise[:1]))
    assert isinstance(loss, torch.Tensor)
    loss.backward()
    sizes = [
        float(torch.stack([one.grad.norm() for one in half.net.parameters() if one.grad is not None]).norm())
        for half in (model.posterior, model.likelihood)
    ]
    with torch.no_grad():
        per_pixel, per_dimension = terms(noise)
        q = vae.cloud(x[None])
        z = q.mean + q.stddev * noise
        arrays = {"mu": q.mean[0], "sigma": q.stddev[0], "per_dimension": per_dimension[0], "noise": noise, "z": z, "per_pixel": per_pixel}
        drawn = {"image": x, "drawn": vae.model.image(z)}
        for one in model.parameters():
            if one.grad is not None:
                one.sub_(STEP_SIZE * one.grad)
        after = sum(float(term.sum()) for term in terms(noise[:1]))
    numbers = {"way_rate": float(per_dimension.sum()), "way_before": float(loss.detach()), "way_after": after}
    numbers |= {"way_encoder": sizes[0], "way_decoder": sizes[1]}
    pixels = {name: np.round(value.numpy() * 255).astype(np.uint8) for name, value in drawn.items()}
    return Figures(numbers, {name: value.numpy() for name, value in arrays.items()} | pixels)


EXPERIMENT = Experiment("elbo", recipes, measure)
