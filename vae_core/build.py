"""From a recipe to the parts it names."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from vae_core import distributions as heads
from vae_core.bayesian import WeightPosterior
from vae_core.catalogue import entry
from vae_core.codes import CodePrior
from vae_core.composition import ALPHA, PENALTIES
from vae_core.corruptions import Corruption, clean, gaussian_noise, in_turn, mask_pixels, mask_square
from vae_core.fitted import Fitted
from vae_core.labels import LabelShift
from vae_core.mixture import Mixture
from vae_core.model import Conditional, Model
from vae_core.nets import conv_decoder, conv_encoder, initialise, local_decoder, local_encoder, mlp, places
from vae_core.objective import (
    Objective,
    Penalty,
    Schedule,
    commitment,
    constant,
    cyclical,
    follow_codes,
    free_bits,
    nothing,
    rate,
    warm_up,
    weight_rate,
)
from vae_core.priors import Prior, StandardNormal
from vae_core.quantize import QuantizedHead
from vae_core.recipes import Recipe, RecipeError
from vae_core.regularizers import PULLS, capacity, contraction, mmd, total_correlation
from vae_core.semisupervised import SemiSupervised
from vae_core.staged import Staged, second_stage
from vae_core.vamp import Vamp

SECOND_HIDDEN = (64, 64)


def build(recipe: Recipe, shape: tuple[int, int], classes: int = 10) -> Model:
    """The model of a recipe for images of height and width ``shape``, initialised from its seed.

    Equal seeds give an AE and a VAE the weights they have in common. ``classes`` counts the labels, for a model that is told them.

    Raises:
        RecipeError: if a convolutional network has more stages than the image can be halved, or another number of codes than places.
    """
    head, scorer = _posterior_head(recipe), _likelihood_head(recipe)
    encoder, decoder = _networks(recipe, shape, head.width * recipe.numbers, scorer.width)
    shifts = [LabelShift(net, classes) if recipe.told else None for net in (encoder, decoder)]
    posterior = Conditional(encoder, head, shifts[0])
    weights = WeightPosterior(decoder) if recipe.weights == "gaussian" else None
    likelihood = Conditional(decoder, scorer, shifts[1], weights)
    prior = _prior(recipe, posterior, math.prod(shape))
    classifier = _networks(recipe, shape, classes)[0] if recipe.labels else None
    model = Model(posterior, likelihood, prior, entry(recipe.data).span, classifier)
    initialise(model, recipe.seed)
    return model


def _posterior_head(recipe: Recipe) -> Any:
    if recipe.posterior == "flow":
        from vae_core.flow import FlowHead  # zuko is only loaded where it is needed

        return FlowHead(recipe.latent_dim)
    if recipe.posterior == "codes":
        return QuantizedHead(recipe.codebook, recipe.latent_dim, recipe.seed)
    return heads.DiracHead() if recipe.posterior == "dirac" else heads.GaussianHead()


def _prior(recipe: Recipe, posterior: Conditional, pixels: int) -> Prior:
    d, count = recipe.latent_dim, recipe.components
    if isinstance(posterior.head, QuantizedHead):
        return CodePrior(recipe.codebook, recipe.slots, d, posterior.head.lookup)
    if recipe.prior == "mixture":
        return Mixture(d, count, recipe.seed)
    if recipe.prior == "vamp":
        low, high = entry(recipe.data).span
        return Vamp(posterior, low + (high - low) * torch.rand(count, pixels, generator=torch.Generator().manual_seed(recipe.seed)))
    if recipe.prior == "flow":
        from vae_core.flow import FlowPrior

        return FlowPrior(d)
    if recipe.prior == "staged":
        return Staged(_second_stage(d), d)
    if recipe.prior.startswith("fitted"):
        return Fitted(d, count if recipe.prior == "fitted-gmm" else 1)
    return StandardNormal(d)


def _second_stage(d: int) -> Model:
    """A VAE of d-dimensional codes with as many dimensions of its own."""
    encoder = Conditional(mlp([d, *SECOND_HIDDEN, 2 * d]), heads.GaussianHead())
    decoder = Conditional(mlp([d, *SECOND_HIDDEN, d]), heads.LearnedGaussianHead())
    return Model(encoder, decoder, StandardNormal(d), (-math.inf, math.inf))


def _networks(recipe: Recipe, shape: tuple[int, int], outputs: int, maps: int = 1) -> tuple[nn.Sequential, nn.Sequential]:
    """Encoder, to ``outputs`` numbers, and decoder, to ``maps`` numbers for each pixel."""
    if recipe.net == "mlp":
        pixels = math.prod(shape)
        return mlp([pixels, *recipe.hidden, outputs]), mlp([recipe.numbers, *reversed(recipe.hidden), maps * pixels])
    parts = 2 ** len(recipe.hidden)
    if any(side % parts for side in shape):
        raise RecipeError(
            f"A convolutional network of {len(recipe.hidden)} stages halves the image {len(recipe.hidden)} times, "
            f"and {shape[0]} × {shape[1]} pixels cannot be divided by {parts}. Use fewer stages."
        )
    if recipe.posterior != "codes":
        return conv_encoder(shape, recipe.hidden, outputs), conv_decoder(recipe.numbers, recipe.hidden, shape, maps)
    if (there := places(shape, recipe.hidden)) != recipe.slots:
        raise RecipeError(
            f"A convolutional network of {len(recipe.hidden)} stages leaves {there} places of {shape[0]} × {shape[1]} pixels, "
            f"and each takes one code: set the codes per image to {there}."
        )
    return local_encoder(shape, recipe.hidden, recipe.latent_dim), local_decoder(recipe.latent_dim, recipe.hidden, shape, maps)


def objective(recipe: Recipe, shape: tuple[int, int], images: int = 1) -> Objective | SemiSupervised:
    """The objective of a recipe, for ``images`` training images of height and width ``shape``: weighted penalties, the encoder's input."""
    follow = follow_codes if recipe.posterior == "codes" else nothing
    inner = Objective(_penalties(recipe, images), _corruption(recipe, shape), follow)
    return SemiSupervised(inner, ALPHA) if recipe.labels else inner


def _penalties(recipe: Recipe, images: int) -> dict[str, tuple[Schedule, Penalty]]:
    penalties: dict[str, tuple[Schedule, Penalty]] = {}
    if recipe.posterior == "codes":  # the rate reaches the prior alone, so its weight could be any
        penalties |= {"rate": (constant(1.0), rate), "commitment": (constant(recipe.commitment), commitment)}
    elif recipe.posterior != "dirac" and recipe.beta > 0:
        penalties |= _weighed_rate(recipe)
    for name in PENALTIES:
        if (weight := getattr(recipe, name)) > 0:
            penalties[name] = (constant(weight), WEIGHED[name](recipe))
    if recipe.prior == "staged":
        penalties["second_stage"] = (constant(1.0), second_stage)
    if recipe.weights == "gaussian":
        penalties["weights"] = (constant(1.0), weight_rate(images))
    return penalties


# What the settings in ``PENALTIES`` weigh.
WEIGHED: dict[str, Callable[[Recipe], Penalty]] = {
    "mmd": lambda recipe: mmd(PULLS[recipe.kernel]),
    "tc": lambda recipe: total_correlation,
    "contractive": lambda recipe: contraction,
}


def _weighed_rate(recipe: Recipe) -> dict[str, tuple[Schedule, Penalty]]:
    if recipe.capacity > 0:
        return {"capacity": (constant(recipe.beta), capacity(recipe.capacity, recipe.warmup))}
    if recipe.cycles > 0:
        weight = cyclical(recipe.beta, recipe.cycles, recipe.epochs)
    else:
        weight = warm_up(recipe.beta, recipe.warmup) if recipe.warmup > 0 else constant(recipe.beta)
    return {"free_bits": (weight, free_bits(recipe.free_bits))} if recipe.free_bits > 0 else {"rate": (weight, rate)}


def _corruption(recipe: Recipe, shape: tuple[int, int]) -> Corruption:
    masked = mask_square(recipe.mask, shape) if recipe.mask_shape == "square" else mask_pixels(recipe.mask)
    chosen = [one for one, used in ((masked, recipe.mask > 0), (gaussian_noise(recipe.noise), recipe.noise > 0)) if used]
    return in_turn(*chosen) if chosen else clean


def _likelihood_head(recipe: Recipe) -> Any:
    if recipe.likelihood == "bernoulli":
        return heads.BernoulliHead()
    if recipe.likelihood == "gaussian":
        return heads.FixedGaussianHead(recipe.sigma)
    return heads.LearnedGaussianHead() if recipe.likelihood == "gaussian-learned" else heads.PixelGaussianHead()
