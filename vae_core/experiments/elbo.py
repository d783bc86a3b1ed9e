"""The two terms of a VAE's loss on one image, draw by draw and step by step; and what its pictures are when the KL is 0."""

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

    from vae_core.experiments.trained import Trained
    from vae_core.model import Model

DEAR = 64.0  # the weight of a KL that no distinction between digits is worth
DRAWS = 10
ON_THE_WAY = 1  # the new digit that is followed through the loss
SCATTERED = 100  # new digits over which scatters are averaged
STEP_SIZE = 1e-3
MANY = 10_000
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """The plain VAE in two dimensions, and one whose KL is so dear that it buys none. Both are runs of *Sum or mean?* too."""
    plain = replace(VAE, epochs=60, seed=seed)
    return {"vae": plain, "dear": replace(plain, beta=DEAR)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Of the plain VAE: ``distortion``, ``rate`` and ``elbo`` in nats per test image; ``updates`` of its training.

    ``kl_off``: how far the mean of ``MANY`` draws of log q(z)/p(z) is from the closed form, at worst over images, as a share of it. And
    the way of one image through its loss: see ``one_image``.

    ``dear_rate``: KL of the other one. ``vae_error``, ``dear_error`` and ``mean_error``: squared error a pixel on test images, the last of
    the mean training image. Arrays: ``originals``, and what either model makes of them; ``everyone``: the middles of all clouds.
    """
    import torch

    from vae_core.metrics import bound_terms
    from vae_core.model import numpy_image
    from vae_core.objective import kl_per_dimension

    vae, dear = models["vae"], models["dear"]
    data, generator = vae.data, torch.Generator().manual_seed(seed)
    with torch.no_grad():
        terms = bound_terms(vae.model, vae.cloud(data.test), data.test, generator)
        dear_rate = kl_per_dimension(dear.model, dear.cloud(data.test)).sum(-1).mean()
    numbers = {name: float(value or 0.0) for name, value in terms.items()}
    numbers |= {f"{name}_error": trained.error(data.test) for name, trained in models.items()}
    numbers["mean_error"] = float((data.test - data.train.mean(0)).square().mean())
    numbers["dear_rate"] = float(dear_rate)
    numbers["updates"] = float(vae.recipe.epochs * math.ceil(len(data.train) / vae.recipe.batch_size))
    numbers["kl_off"] = kl_off(vae, data.test[:50], generator)
    numbers |= scattered(vae, data.test[:SCATTERED], generator)
    way = one_image(vae, data.test[ON_THE_WAY], generator)
    shown = data.test[:SHOWN]
    pictures = {"originals": shown} | {f"{name}_rebuilt": trained.reconstruct(shown) for name, trained in models.items()}
    arrays = {name: numpy_image(picture) for name, picture in pictures.items()}
    return Figures(numbers | way.numbers, arrays | way.arrays | {"everyone": vae.cloud(data.test).mean.numpy()})


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


def scattered(vae: "Trained", x: "Tensor", generator: "Generator") -> dict[str, float]:
    """By how much the terms of one image change over ``DRAWS`` draws: standard deviations in nats, averaged over images (n, pixels)."""
    import torch

    from vae_core.distributions import draw
    from vae_core.model import distortion
    from vae_core.objective import rate

    terms = []
    with torch.no_grad():
        for _ in range(DRAWS):
            q = vae.model.encode(x)
            z = draw(q, generator)
            terms.append(torch.stack([distortion(vae.model.decode(z), x), rate(vae.model, q, z)]))
    picture, cloud = torch.stack(terms).double().std(0).mean(-1)
    return {"scatter": float(picture), "rate_scatter": float(cloud)}


def one_image(vae: "Trained", x: "Tensor", generator: "Generator") -> Figures:
    """The way of one image (pixels,) through the loss, ``DRAWS`` times, each time from the encoder on.

    ``way_rate``: KL in nats. ``way_before`` and ``way_after``: loss of the first draw before and after one step of gradient descent on it;
    ``way_encoder`` and ``way_decoder``: the size of the gradient in each half. Arrays: ``mu``, ``sigma`` (d,); ``noise``, ``z`` (DRAWS, d);
    ``drawn`` (DRAWS, pixels); ``per_pixel`` (DRAWS, pixels) and ``per_dimension`` (DRAWS, d) nats.
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
        return cross_entropy(logits, x[None], reduction="none"), kl_per_dimension(model, q)

    loss = sum(term.sum() for term in terms(noise[:1]))
    assert isinstance(loss, torch.Tensor)
    loss.backward()
    sizes = [
        float(torch.stack([one.grad.norm() for one in half.net.parameters() if one.grad is not None]).norm())
        for half in (model.posterior, model.likelihood)
    ]
    with torch.no_grad():
        per_pixel, per_dimension = (torch.cat(rows) for rows in zip(*map(terms, noise.split(1)), strict=True))
        q = vae.cloud(x[None])
        z = q.mean + q.stddev * noise
        arrays = {"mu": q.mean[0], "sigma": q.stddev[0], "per_dimension": per_dimension, "noise": noise, "z": z, "per_pixel": per_pixel}
        drawn = {"image": x, "drawn": vae.model.image(z)}
        for one in model.parameters():
            if one.grad is not None:
                one.sub_(STEP_SIZE * one.grad)
        after = sum(float(term.sum()) for term in terms(noise[:1]))
    numbers = {"way_rate": float(per_dimension[0].sum()), "way_before": float(loss.detach()), "way_after": after}
    numbers |= {"way_encoder": sizes[0], "way_decoder": sizes[1]}
    pixels = {name: np.round(value.numpy() * 255).astype(np.uint8) for name, value in drawn.items()}
    return Figures(numbers, {name: value.numpy() for name, value in arrays.items()} | pixels)


EXPERIMENT = Experiment("elbo", recipes, measure)
