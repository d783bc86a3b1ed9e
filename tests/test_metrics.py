"""Measures of a trained model."""

import dataclasses
from pathlib import Path

import pytest
import torch

from vae_core import metrics
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


def test_sample_quality_of_real_images_is_near_perfect_and_of_noise_is_not():
    data = load(RECIPE, Path("data"))
    real = metrics.sample_quality(data.test[:200], data.test[200:], data.train)
    noise = metrics.sample_quality(torch.rand(200, 64), data.test[200:], data.train)
    assert real["frechet"] < 0.5 < noise["frechet"]
    assert real["precision"] > 0.8 > noise["precision"]
    assert real["coverage"] > 0.8 > noise["coverage"]
