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
    head = heads.DiracHead() if recipe.posterior == "dirac" else heads.GaussianHead()
    model = Model(
        Conditional(mlp([pixels, *recipe.hidden, head.width * recipe.latent_dim]), head),
        Conditional(mlp([recipe.latent_dim, *reversed(recipe.hidden), pixels]), _likelihood_head(recipe)),
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


def _likelihood_head(recipe: Recipe) -> nn.Module:
    if recipe.likelihood == "bernoulli":
        return heads.BernoulliHead()
    if recipe.likelihood == "gaussian":
        return heads.FixedGaussianHead(recipe.sigma)
    return heads.LearnedGaussianHead()
