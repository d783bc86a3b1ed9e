"""Recipes: validated, hashed, and read back from JSON and URLs."""

import dataclasses
import json

import pytest

from vae_core.recipes import RECIPES, SETTINGS, Recipe, RecipeError, coerce, pair


@pytest.mark.parametrize("name", RECIPES)
def test_presets_are_valid_and_survive_json(name):
    recipe = RECIPES[name]
    recipe.validate()
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_id_depends_on_every_field():
    base = Recipe()
    changed = {
        "data": "mnist", "train_size": 5, "posterior": "dirac", "likelihood": "gaussian", "sigma": 0.5, "latent_dim": 3, "net": "conv",
        "hidden": (9,), "beta": 2.0, "warmup": 1.0, "free_bits": 0.1, "noise": 0.1, "lr": 0.1, "binarize": "dynamic",
        "prior": "flow", "components": 3, "cycles": 2, "capacity": 1.0, "mmd": 1.0, "kernel": "rbf", "tc": 1.0, "contractive": 1.0,
        "mask": 0.5, "mask_shape": "square", "codebook": 9, "slots": 2, "commitment": 1.0, "weights": "gaussian", "conditional": True,
        "labels": 5, "without": 3, "strays": 0.1, "lr_course": "trapezoid", "subset": 1,
        "batch_size": 7, "epochs": 3, "seed": 1,
        "parent": "x", "parent_frame": 1,
    }  # fmt: skip
    assert set(changed) == {field.name for field in dataclasses.fields(Recipe)}
    ids = {dataclasses.replace(base, **{name: value}).id for name, value in changed.items()}
    assert len(ids | {base.id}) == len(changed) + 1


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"latent_dim": 0}, "Latent dimensions"),
        ({"lr": 100}, "Learning rate"),
        ({"lr": float("nan")}, "Learning rate"),
        ({"hidden": [128, 5000]}, "Hidden widths"),
        ({"hidden": "128, -64"}, "Hidden widths: '128, -64' is not a value it can take"),
        ({"hidden": "-128"}, "Hidden widths"),
        ({"hidden": [64.7]}, "Hidden widths"),
        ({"hidden": [8] * 5}, "four"),
        ({"net": "conv", "hidden": [8] * 4}, "one to three stages"),
        ({"net": "conv", "hidden": []}, "one to three stages"),
        ({"net": "transformer"}, "Network"),
        ({"data": "imagenet"}, "Data set"),
        ({"latent_dim": "two"}, "Latent dimensions"),
        ({"epochs": 1.5}, "Epochs"),
        ({"wings": 2}, "wings"),
        ({"batch_size": "1e999"}, "Batch size"),
        ({"data": "mnist", "batch_size": 4096, "mmd": 1.0}, "each code of a batch with each other.*smaller batches"),
        ({"data": "mnist", "batch_size": 2048, "latent_dim": 64, "tc": 1.0}, "each code of a batch with each other"),
    ],
)
def test_silly_values_get_a_plain_message(values, word):
    with pytest.raises(RecipeError, match=word):
        Recipe.from_dict(values)


def test_url_text_is_read_as_the_field_s_type():
    assert coerce("hidden", "64-32") == coerce("hidden", " 64, 32,") == coerce("hidden", [64, 32.0]) == (64, 32)
    assert coerce("hidden", "") == coerce("hidden", " ") == ()
    assert coerce("latent_dim", "3") == 3
    assert coerce("beta", "0.5") == 0.5


def test_a_pair_differs_only_in_posterior_and_rate():
    ae, vae = pair(Recipe(beta=4.0, warmup=3.0, noise=0.1))
    same = set(SETTINGS) - {"posterior", "beta", "warmup", "free_bits"}
    assert all(getattr(ae, name) == getattr(vae, name) for name in same)
    assert (ae.kind, vae.kind) == ("denoising AE", "denoising β-VAE (β = 4)")
