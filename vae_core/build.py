"""From a recipe to the parts it names."""

import math

from torch import nn

from vae_core import distributions as heads
from vae_core.bayesian import WeightPosterior
from vae_core.catalogue import entry
from vae_core.codes import CodePrior
from vae_core.labels import LabelShift
from vae_core.model import Conditional, Model, Prior
from vae_core.nets import conv_decoder, conv_encoder, initialise, local_decoder, local_encoder, mlp, places
from vae_core.objective import (
    Corruption,
    Objective,
    Penalty,
    Schedule,
    clean,
    code_length,
    committed,
    constant,
    follow_codes,
    free_bits,
    gaussian_noise,
    nothing,
    rate,
    warm_up,
    weight_rate,
)
from vae_core.priors import StandardNormal
from vae_core.quantize import QuantizedHead
from vae_core.recipes import Recipe, RecipeError
from vae_core.semisupervised import SemiSupervised

ALPHA = 10.0


def build(recipe: Recipe, shape: tuple[int, int], classes: int = 10) -> Model:
    """The model of a recipe for images of height and width ``shape``, initialised from its seed.

    Equal seeds give an AE and a VAE the weights they have in common. ``classes`` counts the labels, for a model that is told them.

    Raises:
        RecipeError: if a convolutional network has more stages than the image can be halved, or another number of codes than places.
    """
    head = _posterior_head(recipe)
    encoder, decoder = _networks(recipe, shape, head.width * recipe.numbers)
    shifts = [LabelShift(net, classes) if recipe.told else None for net in (encoder, decoder)]
    weights = WeightPosterior(decoder) if recipe.weights == "gaussian" else None
    model = Model(
        Conditional(encoder, head, shifts[0]),
        Conditional(decoder, _likelihood_head(recipe), shifts[1], weights),
        _prior(recipe, head),
        entry(recipe.data).span,
        _networks(recipe, shape, classes)[0] if recipe.labels else None,
    )
    initialise(model, recipe.seed)
    return model


def _posterior_head(recipe: Recipe) -> heads.DiracHead | heads.GaussianHead | QuantizedHead:
    if recipe.posterior == "codes":
        return QuantizedHead(recipe.codebook, recipe.latent_dim, recipe.seed)
    return heads.DiracHead() if recipe.posterior == "dirac" else heads.GaussianHead()


def _prior(recipe: Recipe, head: nn.Module) -> Prior:
    if isinstance(head, QuantizedHead):
        return CodePrior(recipe.codebook, recipe.slots, recipe.latent_dim, head.lookup)
    return StandardNormal(recipe.latent_dim)


def _networks(recipe: Recipe, shape: tuple[int, int], outputs: int) -> tuple[nn.Sequential, nn.Sequential]:
    if recipe.net == "mlp":
        pixels = math.prod(shape)
        return mlp([pixels, *recipe.hidden, outputs]), mlp([recipe.numbers, *reversed(recipe.hidden), pixels])
    parts = 2 ** len(recipe.hidden)
    if any(side % parts for side in shape):
        raise RecipeError(
            f"A convolutional network of {len(recipe.hidden)} stages halves the image {len(recipe.hidden)} times, "
            f"and {shape[0]} × {shape[1]} pixels cannot be divided by {parts}. Use fewer stages."
        )
    if recipe.posterior != "codes":
        return conv_encoder(shape, recipe.hidden, outputs), conv_decoder(recipe.numbers, recipe.hidden, shape)
    if (there := places(shape, recipe.hidden)) != recipe.slots:
        raise RecipeError(
            f"A convolutional network of {len(recipe.hidden)} stages has {there} places in its smallest map of {shape[0]} × {shape[1]} pixels, "
            f"and each of them takes one code. Set the codes per image to {there}."
        )
    return local_encoder(shape, recipe.hidden, recipe.latent_dim), local_decoder(recipe.latent_dim, recipe.hidden, shape)


def objective(recipe: Recipe, images: int = 1) -> Objective | SemiSupervised:
    """The objective of a recipe: distortion + β · rate, with what goes with them; ``images`` is the size of the training set."""
    inner = Objective(_penalties(recipe, images), _corruption(recipe), follow_codes if recipe.posterior == "codes" else nothing)
    return SemiSupervised(inner, ALPHA) if recipe.labels else inner


def _corruption(recipe: Recipe) -> Corruption:
    return gaussian_noise(recipe.noise) if recipe.noise > 0 else clean


def _penalties(recipe: Recipe, images: int) -> dict[str, tuple[Schedule, Penalty]]:
    penalties: dict[str, tuple[Schedule, Penalty]] = {}
    if recipe.posterior == "codes":
        penalties["rate"] = constant(1.0), code_length  # it reaches the prior alone, so its weight could be any
        penalties["commitment"] = constant(recipe.commitment), committed
    elif recipe.posterior == "gaussian" and recipe.beta > 0:
        weight = warm_up(recipe.beta, recipe.warmup) if recipe.warmup > 0 else constant(recipe.beta)
        penalties["rate"] = weight, free_bits(recipe.free_bits) if recipe.free_bits > 0 else rate
    if recipe.weights == "gaussian":
        penalties["weights"] = constant(1.0), weight_rate(images)
    return penalties


def _likelihood_head(recipe: Recipe) -> nn.Module:
    if recipe.likelihood == "bernoulli":
        return heads.BernoulliHead()
    if recipe.likelihood == "gaussian":
        return heads.FixedGaussianHead(recipe.sigma)
    return heads.LearnedGaussianHead()
