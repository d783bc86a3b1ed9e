"""Measures of a trained model."""

import dataclasses
from pathlib import Path

import pytest
import torch

from vae_core import metrics, pieces
from vae_core.build import build
from vae_core.data import load
from vae_core.recipes import Recipe, pair
from vae_core.training import Training

RECIPE = Recipe(hidden=(64,), latent_dim=8, epochs=40)


@pytest.fixture(scope="module")
def measured():
    data = load(RECIPE, Path("data"))
    out = {}
    for recipe in (*pair(RECIPE), dataclasses.replace(RECIPE, beta=60.0)):
        training = Training(recipe, data)
        while training.step < training.total_steps:
            training.advance()
        out[recipe.kind] = metrics.measure(training.model, data, recipe)
    return out


def test_the_bounds_are_in_order(measured):
    vae = measured["VAE"]
    assert vae["elbo"] == pytest.approx(-vae["distortion"] - vae["rate"], abs=1e-4)
    assert vae["elbo"] < vae["iw_bound"]


def test_the_rate_is_information_plus_mismatch(measured):
    vae = measured["VAE"]
    assert vae["mutual_information"] + vae["mismatch"] == pytest.approx(vae["rate"], rel=0.05)
    assert 0 < vae["mutual_information"] < torch.tensor(400.0).log()


def test_collapse_is_seen_in_active_units(measured):
    collapsed = measured["β-VAE (β = 60)"]
    assert collapsed["active_units"] < measured["VAE"]["active_units"] <= 8
    assert collapsed["rate"] < 1
    assert collapsed["reconstruction_mse"] > measured["VAE"]["reconstruction_mse"]


def test_an_autoencoder_has_no_rate_but_has_the_rest(measured):
    ae = measured["AE"]
    assert ae["rate"] is None
    assert ae["elbo"] is None
    assert ae["iw_bound"] is None
    assert ae["knn_accuracy"] > 0.8
    assert ae["probe_accuracy"] > 0.6
    assert ae["moment_mismatch"] > measured["VAE"]["moment_mismatch"]


@pytest.mark.parametrize("changes", [{}, {"conditional": True}, {"labels": 50}], ids=["plain", "told", "read"])
def test_a_large_network_is_measured_a_few_images_at_a_time(changes, monkeypatch):
    """All at once, the layers of 256 channels on MNIST would take four gigabytes."""
    recipe = Recipe(net="conv", hidden=(4, 8), latent_dim=8, **changes)
    model, data = build(recipe, (8, 8)), load(recipe, Path("data"))
    seen = []
    for part in (model.posterior.net, model.likelihood.net, model.classifier or ()):
        for layer in part:
            layer.register_forward_hook(lambda layer, given, out: seen.append(out.numel()))
    whole = metrics.measure(model, data, recipe)
    assert max(seen) > 100 * 64
    seen.clear()
    monkeypatch.setattr(pieces, "AT_ONCE", 50 * 64)
    again = metrics.measure(model, data, recipe)
    assert [again[name] or 0.0 for name in whole] == pytest.approx([value or 0.0 for value in whole.values()], rel=1e-2, abs=1e-3)
    assert max(seen) <= 50 * 64


def test_sample_quality_of_real_images_is_near_perfect_and_of_noise_is_not():
    data = load(RECIPE, Path("data"))
    real = metrics.sample_quality(data.test[:200], data.test[200:], data.train)
    noise = metrics.sample_quality(torch.rand(200, 64), data.test[200:], data.train)
    assert real["frechet"] < 0.5 < noise["frechet"]
    assert real["precision"] > 0.8 > noise["precision"]
    assert real["coverage"] > 0.8 > noise["coverage"]
