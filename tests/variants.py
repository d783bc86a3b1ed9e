"""Every kind of model that the lab trains: its presets, and what can be chosen beside them."""

import dataclasses

from vae_core.recipes import AE, RECIPES, Recipe

VARIANTS = RECIPES | {
    "AE + Gaussian": dataclasses.replace(AE, prior="fitted-gaussian"),
    "Binarized": Recipe(binarize="dynamic"),
    "Convolutional": Recipe(net="conv", hidden=(4, 8)),
}


def short(name):
    """The same variant, trained in a moment."""
    recipe = VARIANTS[name]
    return dataclasses.replace(recipe, hidden=recipe.hidden if recipe.net == "conv" else (24,), epochs=3)
