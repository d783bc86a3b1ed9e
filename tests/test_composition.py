"""What a variant shares with the plain VAE beside it."""

import dataclasses

from vae_core.composition import SHARED, plain
from vae_core.recipes import RECIPES, Recipe

# Settings of a part that only some variants have, and where a fork began.
OF_PARTS = {"components", "kernel", "mask_shape", "codebook", "commitment", "free_bits", "parent", "parent_frame"}


def test_all_that_no_preset_changes_is_shared():
    fields = {field.name for field in dataclasses.fields(Recipe)}
    changed = {name for preset in RECIPES.values() for name in fields if getattr(preset, name) != getattr(Recipe(), name)}
    assert fields - changed - OF_PARTS <= set(SHARED)


def test_the_vae_beside_a_variant_sees_the_same_images_at_the_same_learning_rate():
    variant = Recipe(prior="flow", lr_course="trapezoid", without=3, strays=0.01, subset=2, train_size=100, seed=5)
    assert plain(variant) == dataclasses.replace(variant, prior="normal")
