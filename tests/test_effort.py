"""How much work a run is: near what the networks are, more for more; all that the lab offers is allowed, and a day of work is not."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from test_pages import messages, open_page

from benchmarks import priors, published, sweep_speed, training_speed
from vae_core import effort, own_data
from vae_core.build import build
from vae_core.catalogue import CATALOGUE, settings
from vae_core.experiments import EXPERIMENTS
from vae_core.nets import cost
from vae_core.recipes import RECIPES, SETTINGS, Recipe, RecipeError, pair, suited
from vae_core.zoo import ZOO

NOWHERE = Path("none")
VAST = Recipe(hidden=(1024,) * 4, batch_size=1, epochs=2000)
OFFERED = {
    "presets": [dataclasses.replace(one, **suited(data)) for one in RECIPES.values() for data in CATALOGUE],
    "pretrained": ZOO.values(),
    "lessons": [one for lesson in EXPERIMENTS.values() for one in lesson.recipes(0).values()],
    "benchmarks": [*training_speed.CASES.values(), *priors.SETS.values(), *sweep_speed.RECIPES, published.KINGMA, published.DAVIDSON],
    "long ones": [Recipe(epochs=2000, batch_size=16), Recipe(**suited("mnist") | {"data": "mnist", "epochs": 2000})],
}


@pytest.mark.parametrize("group", OFFERED)
def test_all_that_the_lab_offers_is_taken(group):
    for recipe in OFFERED[group]:
        effort.check(recipe, NOWHERE)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden": (8,), "batch_size": 1, "data": "mnist"},
        {"hidden": (1024, 1024, 1024), "net": "conv", "data": "mnist", "batch_size": 128, "epochs": 1},
    ],
    ids=["wide", "single images", "convolutions"],
)
def test_what_would_hold_a_worker_for_the_day_is_not(changes):
    with pytest.raises(RecipeError, match=r"about [\d,]+ minutes.*at most 60 are taken. Use fewer epochs"):
        effort.check(dataclasses.replace(VAST, **changes), NOWHERE)


@pytest.mark.parametrize(
    "recipe", [Recipe(), Recipe(hidden=(300,)), Recipe(net="conv", hidden=(4, 9)), Recipe(net="conv", hidden=(8,), data="shapes")]
)
def test_the_products_are_those_of_the_networks(recipe):
    _, products = (effort._dense if recipe.net == "mlp" else effort._convolutional)(recipe)
    model = build(dataclasses.replace(recipe, posterior="dirac"), CATALOGUE[recipe.data].shape)
    assert products == pytest.approx(cost(model.posterior.net) + cost(model.likelihood.net), rel=0.05)


@pytest.mark.parametrize("changes", [{"epochs": 400}, {"batch_size": 8}, {"hidden": (256, 64)}, {"data": "shapes"}, {"latent_dim": 64}])
def test_more_takes_longer(changes):
    assert effort.seconds(dataclasses.replace(Recipe(), **changes), NOWHERE) > effort.seconds(Recipe(), NOWHERE)


@pytest.mark.parametrize(
    ("changes", "measured"),
    [
        ({"labels": 50, "hidden": (1024, 1024), "epochs": 2}, 9.3),
        ({"mmd": 100.0, "batch_size": 1197, "latent_dim": 64, "epochs": 2}, 2 * 0.6),
        ({"tc": 3.0, "batch_size": 1197, "latent_dim": 32, "epochs": 2}, 2 * 3.8),
    ],
    ids=["few labels", "MMD", "total correlation"],
)
def test_what_looks_at_all_labels_or_all_pairs_is_counted(changes, measured):
    """Seconds as measured on one core of this project's machines."""
    assert effort.seconds(dataclasses.replace(Recipe(), **changes), NOWHERE) == pytest.approx(measured, rel=0.7)


def test_many_classes_of_own_pictures_take_longer(tmp_path):
    def seconds(classes):
        labels, names = np.arange(200, dtype=np.uint8) % classes, tuple(map(str, range(classes)))
        name = own_data.store(own_data.Pictures(np.zeros((200, 784), np.uint8), labels, names, 28), tmp_path)
        return effort.seconds(Recipe(data=name, labels=50, hidden=(256, 128)), tmp_path)

    assert seconds(100) > 10 * seconds(2)


def test_fewer_images_take_less_and_own_pictures_are_counted(tmp_path):
    assert (
        effort.seconds(Recipe(train_size=100), NOWHERE)
        < effort.seconds(Recipe(train_size=60_000), NOWHERE)
        == effort.seconds(Recipe(), NOWHERE)
    )
    few, many = (own_data.Pictures(np.zeros((n, 784), np.uint8), np.zeros(n, np.uint8), ("a",), 28) for n in (100, 1000))
    names = [own_data.store(one, tmp_path) for one in (few, many)]
    assert [own_data.count(name, tmp_path) for name in names] == [pytest.approx(100, rel=0.02), pytest.approx(1000, rel=0.02)]
    assert own_data.count("../own-0123456789abcdef", tmp_path) == own_data.count("own-0123456789abcdef", tmp_path) == 0
    first, second = (effort.seconds(Recipe(data=name), tmp_path) for name in names)
    assert second > 5 * first


@pytest.mark.parametrize("count", [60, 200, 1000, 5000, 20_000])
def test_own_pictures_are_filled_in_with_about_as_many_updates_be_they_few_or_many(tmp_path, count):
    pictures = own_data.Pictures(np.zeros((count, 784), np.uint8), np.zeros(count, np.uint8), ("a",), 28)
    recipe = Recipe(**settings(own_data.store(pictures, tmp_path), tmp_path))
    updates = recipe.epochs * -(-own_data.split_sizes(count)[0] // recipe.batch_size)
    assert 2000 <= updates <= 6000
    assert settings("digits", tmp_path) == suited("digits")


def test_the_page_says_so_before_anything_is_trained(engine):
    app = open_page("train", hidden="1024-1024-1024-1024", batch_size="1", epochs=str(int(SETTINGS["epochs"].high)))
    assert not app.exception
    assert "at most 60 are taken" in messages(app)
    assert app.button(key="train").disabled
    for recipe in pair(VAST):
        assert engine.store.get(recipe.id) is None
