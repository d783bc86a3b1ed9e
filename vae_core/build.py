"""From a recipe to the parts it names."""

import math

from torch import nn

from vae_core import distributions as heads
from vae_core.catalogue import entry
from vae_core.model import Conditional, Model
from vae_core.nets import conv_decoder, conv_encoder, initialise, mlp
from vae_core.objective import Objective, clean, constant, free_bits, gaussian_noise, rate, warm_up
from vae_core.priors import StandardNormal
from vae_core.recipes import Recipe, RecipeError


def build(recipe: Recipe, shape: tuple[int, int]) -> Model:
    """The model of a recipe for images of height and width ``shape``, initialised from its seed.

    Equal seeds give an AE and a VAE the weights they have in common.

    Raises:
        RecipeError: if a convolutional network has more stages than the image can be halved.
    """
    head = heads.DiracHead() if recipe.posterior == "dirac" else heads.GaussianHead()
    encoder, decoder = _networks(recipe, shape, head.width * recipe.latent_dim)
    likelihood = Conditional(decoder, _likelihood_head(recipe))
    model = Model(Conditional(encoder, head), likelihood, StandardNormal(recipe.latent_dim), entry(recipe.data).span)
    initialise(model, recipe.seed)
    return model


def _networks(recipe: Recipe, shape: tuple[int, int], outputs: int) -> tuple[nn.Sequential, nn.Sequential]:
    if recipe.net == "mlp":
        pixels = math.prod(shape)
        return mlp([pixels, *recipe.hidden, outputs]), mlp([recipe.latent_dim, *reversed(recipe.hidden), pixels])
    parts = 2 ** len(recipe.hidden)
    if any(side % parts for side in shape):
        raise RecipeError(
            f"A convolutional network of {len(recipe.hidden)} stages halves the image {len(recipe.hidden)} times, "
            f"and {shape[0]} × {shape[1]} pixels cannot be divided by {parts}. Use fewer stages."
        )
    return conv_encoder(shape, recipe.hidden, outputs), conv_decoder(recipe.latent_dim, recipe.hidden, shape)


def objective(recipe: Recipe) -> Objective:
    """The objective of a recipe: distortion + β · rate, with what goes with them."""
    corrupt = gaussian_noise(recipe.noise) if recipe.noise > 0 else clean
    if recipe.posterior == "dirac" or recipe.beta == 0:
        return Objective({}, corrupt)
    weight = warm_up(recipe.beta, recipe.warmup) if recipe.warmup > 0 else constant(recipe.beta)
    return Objective({"rate": (weight, free_bits(recipe.free_bits) if recipe.free_bits > 0 else rate)}, corrupt)


def _likelihood_head(recipe: Recipe) -> nn.Module:
    if recipe.likelihood == "bernoulli":
        return heads.BernoulliHead()
    if recipe.likelihood == "gaussian":
        return heads.FixedGaussianHead(recipe.sigma)
    return heads.LearnedGaussianHead()
