"""Short names for what a recipe composes. No torch here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae_core.recipes import Recipe

_PRIORS = {
    "normal": "{}",
    "mixture": "{}, mixture prior",
    "vamp": "{}, VampPrior",
    "flow": "{}, flow prior",
    "staged": "two-stage {}",
    "fitted-gaussian": "{} + Gaussian",
    "fitted-gmm": "{} + GMM",
}


def kind(recipe: "Recipe") -> str:
    """What the recipe composes, in two or three words: AE, denoising AE, VAE, β-VAE (β = 4), two-stage VAE."""
    before = {
        "semi-supervised": recipe.labels,
        "conditional": recipe.conditional and not recipe.labels,
        "denoising": recipe.noise,
        "masked": recipe.mask,
        "contractive": recipe.contractive,
    }
    after = {
        "cyclical": recipe.cycles,
        "flow posterior": recipe.posterior == "flow",
        "Bayesian decoder": recipe.weights == "gaussian",
        f"without {recipe.without}": recipe.without >= 0 and not recipe.strays,
        f"{100 * recipe.strays:g}% strays of {recipe.without}": recipe.without >= 0 and recipe.strays,
    }
    name = " ".join([*(word for word, there in before.items() if there), _objective(recipe)])
    name = ", ".join([name, *(word for word, there in after.items() if there)])
    return _PRIORS[recipe.prior].format(name)


def _objective(recipe: "Recipe") -> str:
    if recipe.posterior == "codes":
        return f"VQ-VAE (K = {recipe.codebook})"
    if recipe.posterior == "dirac":
        return "WAE" if recipe.mmd > 0 else "AE"
    if recipe.tc > 0:
        return f"β-TC-VAE (β = {recipe.beta + recipe.tc:g})"
    if recipe.capacity > 0:
        return f"VAE (capacity {recipe.capacity:g})"
    if recipe.mmd > 0:
        return "InfoVAE" if recipe.beta > 0 else "MMD-VAE"
    return "VAE" if recipe.beta == 1 else f"β-VAE (β = {recipe.beta:g})"
