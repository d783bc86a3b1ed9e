"""From a recipe to the parts it names."""

from torch import nn

from vae_core import distributions as heads
from vae_core.model import Conditional, Model
from vae_core.nets import initialise, mlp
from vae_core.objective import Objective, clean, constant, free_bits, gaussian_noise, rate, warm_up
from vae_core.priors import StandardNormal
from vae_core.recipes import Recipe


def build(recipe: Recipe, pixels: int) -> Model:
    """The model of a recipe, initialised from its seed; equal seeds give an AE and a VAE the weights they have in common."""
    wide = recipe.hidden[0] if recipe.hidden else recipe.latent_dim
    narrow = recipe.hidden[-1] if recipe.hidden else pixels
    model = Model(
        Conditional(mlp([pixels, *recipe.hidden]), _posterior_head(recipe, narrow)),
        Conditional(mlp([recipe.latent_dim, *reversed(recipe.hidden)]), _likelihood_head(recipe, wide, pixels)),
        StandardNormal(recipe.latent_dim),
    )
    initialise(model, recipe.seed)
    return model


def objective(recipe: Recipe) -> Objective:
    """The objective of a recipe: distortion + β · rate, with what goes with them."""
    corrupt = gaussian_noise(recipe.noise) if recipe.noise > 0 else clean
    if recipe.posterior == "dirac" or recipe.beta == 0:
        return Objective({}, corrupt)
    weight = warm_up(recipe.beta, recipe.warmup) if recipe.warmup > 0 else constant(recipe.beta)
    return Objective({"rate": (weight, free_bits(recipe.free_bits) if recipe.free_bits > 0 else rate)}, corrupt)


def _posterior_head(recipe: Recipe, features: int) -> nn.Module:
    head = {"dirac": heads.DiracHead, "gaussian": heads.GaussianHead}[recipe.posterior]
    return head(features, recipe.latent_dim)


def _likelihood_head(recipe: Recipe, features: int, pixels: int) -> nn.Module:
    if recipe.likelihood == "bernoulli":
        return heads.BernoulliHead(features, pixels)
    if recipe.likelihood == "gaussian":
        return heads.FixedGaussianHead(features, pixels, recipe.sigma)
    return heads.LearnedGaussianHead(features, pixels)
