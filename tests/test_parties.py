"""Which runs share a worker."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobs.parties import LARGEST, parties
from vae_core.company import ALIKE, FREE, company
from vae_core.data import load
from vae_core.fused import fits
from vae_core.recipes import AE, LIKELIHOODS, RECIPES, SETTINGS, VAE, Recipe
from vae_core.training import Training


def waiting(recipe, owner="ann", **changes):
    recipe = dataclasses.replace(recipe, **changes)
    return SimpleNamespace(id=f"{owner}{recipe.id}", owner=owner, recipe=recipe)


def sweep(count, owner="ann"):
    return [waiting(VAE, owner, beta=1.0 + index) for index in range(count)]


def sizes(line, room):
    return [len(party) for party in parties(line, room)]


def test_a_sweep_shares_a_worker_and_leaves_none_idle():
    assert sizes(sweep(4), 1) == [4]
    assert sizes(sweep(5), 2) == [3, 2]
    assert sizes(sweep(2), 4) == [1, 1]
    assert sizes(sweep(LARGEST + 1), 1) == [LARGEST]
    assert sizes(sweep(LARGEST + 1), 2) == [LARGEST, 1]
    assert parties(sweep(3), 0) == []
    assert parties([], 2) == []


def test_nobody_waits_for_anothers_sweep():
    line = [*sweep(3), waiting(VAE, "ben")]
    assert [[live.owner for live in party] for party in parties(line, 2)] == [["ann"] * 3, ["ben"]]


def test_a_pair_trains_on_two_workers():
    assert sizes([waiting(AE), waiting(VAE)], 2) == [1, 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"lr": 1e-3},
        {"lr_course": "trapezoid"},
        {"batch_size": 32},
        {"epochs": 7},
        {"hidden": (8,)},
        {"latent_dim": 3},
        {"train_size": 99},
        {"subset": 1},
        {"data": "shapes"},
    ],
    ids=str,
)
def test_what_must_agree(changes):
    other = dataclasses.replace(VAE, **changes)
    assert company(other) != company(VAE)
    assert company(dataclasses.replace(other, beta=3.0)) == company(other)


@pytest.mark.parametrize("name", list(RECIPES))
def test_only_what_can_be_trained_in_step_has_company(name):
    recipe = dataclasses.replace(RECIPES[name], train_size=64)
    training = Training(recipe, load(recipe, Path("data")))
    assert (company(recipe) is not None) == fits(training.model, training.objective)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_likelihood_that_no_stack_knows_has_no_company(likelihood):
    recipe = dataclasses.replace(VAE, likelihood=likelihood, train_size=64)
    training = Training(recipe, load(recipe, Path("data")))
    assert (company(recipe) is not None) == fits(training.model, training.objective)


@pytest.mark.parametrize("name", sorted({*SETTINGS, "parent", "parent_frame"} - {*FREE, *ALIKE}))
def test_whoever_has_a_setting_that_no_stack_knows_trains_alone(name):
    assert company(dataclasses.replace(VAE, **{name: unusual(name)})) is None


def unusual(name):
    """A value of a setting that is not its default."""
    default, setting = getattr(VAE, name), SETTINGS.get(name)
    if setting is not None and setting.choices:
        return next(choice for choice in setting.choices if choice != default)
    return "0123456789abcdef" if isinstance(default, str) else default + 1


def test_large_networks_and_forks_train_alone():
    assert company(Recipe(hidden=(1024,))) is None
    assert company(Recipe(data="mnist", hidden=(256,))) is None
    assert company(dataclasses.replace(VAE, parent="0123456789abcdef", parent_frame=3)) is None
