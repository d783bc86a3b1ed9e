"""Models with codes, labels or Bayesian decoders as whole runs: reproducible, kept, forked, measured, and doing what they are for."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core import data as datasets
from vae_core import wire
from vae_core.bayesian import plane, spread
from vae_core.build import build
from vae_core.checkpoint import load, save
from vae_core.labels import few
from vae_core.metrics import measure
from vae_core.recipes import PRESETS, RECIPES, Recipe, RecipeError
from vae_core.training import Training, train

NAMES = ("VQ-VAE", "Bayesian decoder", "Conditional VAE", "Semi-supervised VAE")
SMALL = {name: dataclasses.replace(RECIPES[name], hidden=(24,), epochs=2) for name in NAMES}
SMALL["VQ-VAE conv"] = dataclasses.replace(SMALL["VQ-VAE"], net="conv", hidden=(4, 6))
SMALL["Conditional conv"] = dataclasses.replace(SMALL["Conditional VAE"], net="conv", hidden=(4, 6))
SMALL["Bayesian conv"] = dataclasses.replace(SMALL["Bayesian decoder"], net="conv", hidden=(4, 6))


@pytest.fixture(scope="module")
def digits():
    return datasets.load(Recipe(), Path("data"))


def run(recipe, digits, updates=None):
    training = Training(recipe, digits)
    for _ in range(training.total_steps if updates is None else updates):
        training.advance()
    return training


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_frames(name, digits):
    recipe = dataclasses.replace(SMALL[name], epochs=1)
    few_images = dataclasses.replace(digits, train_part=digits.train_part.first(300))
    first, second = (list(train(recipe, few_images)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert all(np.array_equal(getattr(a, part), getattr(b, part)) for part in ("mu", "sigma", "kl", "samples", "reconstructions"))
        assert (a.train, a.test) == (b.train, b.test)
    other = list(train(dataclasses.replace(recipe, seed=1), few_images))
    assert not np.array_equal(first[-1].mu, other[-1].mu)
    assert first[0].mu.shape == (400, recipe.numbers)


@pytest.mark.parametrize("name", SMALL)
def test_a_saved_model_and_a_fork_go_on_where_the_run_was(name, digits, tmp_path):
    training = run(SMALL[name], digits, 12)
    save(training.model, SMALL[name], tmp_path / "m")
    model, _ = load(tmp_path / "m", (8, 8))
    x, labels = digits.test[:50], digits.test_labels[:50]
    noise = torch.randn(50, model.prior.noise_dim, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        for ask in (lambda m: m.reconstruct(x), lambda m: m.generate(noise)):
            assert torch.equal(ask(model.told_or_read(x, labels)), ask(training.model.told_or_read(x, labels)))
    fork = Training(dataclasses.replace(SMALL[name], parent="x", parent_frame=1), digits, training.weights())
    for key, tensor in fork.model.state_dict().items():
        torch.testing.assert_close(tensor, training.model.state_dict()[key], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", SMALL)
def test_every_measure_is_a_number_or_none(name, digits):
    figures = measure(run(SMALL[name], digits, 10).model, digits, SMALL[name])
    assert figures["reconstruction_mse"] > 0
    assert figures["elbo"] == pytest.approx(-figures["distortion"] - figures["rate"], abs=1e-3)
    there = {key for key in ("perplexity", "classifier_accuracy", "spread_on_codes") if figures[key] is not None}
    expected = {"VQ": "perplexity", "Ba": "spread_on_codes", "Se": "classifier_accuracy"}.get(name[:2])
    assert there == ({expected} if expected else set())


def test_a_run_of_codes_uses_them_and_learns_how_often(digits):
    recipe = dataclasses.replace(RECIPES["VQ-VAE"], hidden=(64,), epochs=20)
    training = Training(recipe, digits)
    before = training.model.posterior.head.words.clone()
    while training.step < training.total_steps:
        training.advance()
    frame, figures = training.frame(), measure(training.model, digits, recipe)
    assert not torch.equal(before, training.model.posterior.head.words)
    assert torch.isin(torch.from_numpy(frame.mu), training.model.posterior.head.words).all(), "every code is in the codebook"
    assert frame.test["perplexity"] > recipe.codebook / 2
    assert figures["rate"] < recipe.slots * np.log(recipe.codebook), "the learned prior says more than a uniform one"
    meta, arrays = wire.unpack(training.weights())
    assert arrays["codebook"].shape == (32, 2)
    assert float(arrays["codebook.usage"].sum()) == pytest.approx(1, abs=1e-5)
    assert arrays["prior.samples"].shape == (1000, 8)
    assert meta["latent_dim"] == 8


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_a_bayesian_decoder_is_less_sure_where_no_code_lies(digits, likelihood):
    recipe = dataclasses.replace(RECIPES["Bayesian decoder"], hidden=(32,), epochs=30, likelihood=likelihood)
    training = run(recipe, digits)
    figures = measure(training.model, digits, recipe)
    assert figures["spread_off_codes"] > 1.2 * figures["spread_on_codes"] > 0
    _, arrays = wire.unpack(training.weights())
    values, (_, right, bottom, _) = arrays["spread"].astype(float), arrays["spread.box"]
    assert values.shape == (24, 24)
    corner = spread(training.model.likelihood, torch.tensor([[right, bottom]]))
    assert values[0, -1] == pytest.approx(float(corner), rel=2e-3), "rows from below, columns from the left"


def test_the_plane_goes_row_by_row_from_below():
    assert plane(torch.tensor([0.0, 10.0]), torch.tensor([1.0, 20.0]), 2).tolist() == [[0, 10], [1, 10], [0, 20], [1, 20]]


def test_the_label_changes_the_picture_and_not_the_code(digits):
    recipe = dataclasses.replace(RECIPES["Conditional VAE"], hidden=(64,), epochs=25)
    training = run(recipe, digits)
    z = torch.zeros(10, 2)
    with torch.inference_mode():
        pictures = training.model.given(torch.arange(10)).image(z)
        means = torch.stack([digits.train[digits.train_labels == label].mean(0) for label in range(10)])
        nearest = torch.cdist(pictures, means).argmin(1)
    assert (nearest == torch.arange(10)).sum() >= 8, "the middle of the latent space is each label's typical picture"
    frame = training.frame()
    shown = torch.from_numpy(frame.samples[:10]).float() / 255
    assert (torch.cdist(shown, means).argmin(1) == torch.arange(10)).sum() >= 6, "samples come in the order of the labels"
    plain = measure(run(dataclasses.replace(recipe, conditional=False), digits).model, digits, recipe)
    assert measure(training.model, digits, recipe)["knn_accuracy"] < plain["knn_accuracy"], "the code leaves the label out"


def test_few_labels_are_even_fixed_and_hidden(digits):
    kept = few(digits.train_labels, 50, 3)
    assert torch.equal(kept, few(digits.train_labels, 50, 3))
    assert torch.bincount(kept[kept >= 0]).tolist() == [5] * 10
    assert (kept[kept >= 0] == digits.train_labels[kept >= 0]).all()
    assert (few(digits.train_labels, 10_000, 0) == digits.train_labels).all()


def test_a_classifier_of_fifty_labels_reads_far_better_than_chance(digits):
    recipe = dataclasses.replace(RECIPES["Semi-supervised VAE"], hidden=(64,), epochs=15)
    training = run(recipe, digits)
    assert training.frame().test["accuracy"] > 0.6
    assert int((training._labels >= 0).sum()) == 50


def test_pictures_without_labels_are_refused_with_a_plain_message(digits):
    bare = dataclasses.replace(digits, train_part=digits.train_part._replace(labels=np.zeros_like(digits.train_part.labels)))
    for recipe in (SMALL["Conditional VAE"], SMALL["Semi-supervised VAE"]):
        with pytest.raises(RecipeError, match="have no labels"):
            Training(recipe, bare)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"posterior": "codes", "prior": "flow"}, "prior of their own"),
        ({"posterior": "codes", "mmd": 1.0}, "MMD"),
        ({"posterior": "codes", "slots": 64, "latent_dim": 64}, "numbers per image"),
        ({"conditional": True, "prior": "vamp"}, "pseudo-inputs"),
        ({"conditional": True, "weights": "gaussian"}, "choose one of the two"),
        ({"labels": 50, "posterior": "codes"}, "Gaussian clouds"),
        ({"labels": 50, "mmd": 1.0}, "MMD"),
        ({"conditional": "perhaps"}, "Told the label"),
    ],
)
def test_what_does_not_go_together_is_said_plainly(values, word):
    with pytest.raises(RecipeError, match=word):
        Recipe.from_dict(values)


def test_a_convolutional_net_says_how_many_codes_it_needs():
    with pytest.raises(RecipeError, match="set the codes per image to 4"):
        build(Recipe(posterior="codes", net="conv", hidden=(4, 6), slots=3), (8, 8))


def test_presets_have_a_name_and_a_sentence():
    kinds = [RECIPES[name].kind for name in NAMES]
    assert kinds == ["VQ-VAE (K = 32)", "VAE, Bayesian decoder", "conditional VAE", "semi-supervised VAE"]
    assert all(PRESETS[name][0].endswith(".") for name in NAMES)
