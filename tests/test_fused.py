"""The update with gradients written out does what autograd does; models trained in step become what they become alone."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core import precision
from vae_core.data import load
from vae_core.fused import Fused, fits
from vae_core.recipes import AE, RECIPES, VAE, Recipe
from vae_core.sweep import Sweep, sweep
from vae_core.training import Training, train
from vae_core.update import ByAutograd

PLAIN = {
    "AE": AE,
    "VAE": VAE,
    "denoising, masked": dataclasses.replace(VAE, noise=0.3, mask=0.3),
    "linear": dataclasses.replace(VAE, hidden=()),
    "deep": dataclasses.replace(VAE, hidden=(32, 16, 8), latent_dim=5),
    "fixed σ": dataclasses.replace(VAE, likelihood="gaussian", sigma=0.5),
    "learned σ": dataclasses.replace(VAE, likelihood="gaussian-learned"),
    "AE with learned σ": dataclasses.replace(AE, likelihood="gaussian-learned"),
    "warm-up": dataclasses.replace(VAE, beta=3.0, warmup=2.0),
    "cycles": dataclasses.replace(VAE, cycles=2, epochs=4),
    "learning rate up and down": dataclasses.replace(VAE, lr_course="trapezoid", epochs=4),
    "free of price": dataclasses.replace(VAE, beta=0.0),
    "black or white": dataclasses.replace(VAE, binarize="dynamic"),
    "fitted prior": dataclasses.replace(AE, prior="fitted-gmm"),
    "cities": Recipe(data="cities", likelihood="gaussian", sigma=0.05),
}
# The presets whose gradients are written out; every other one is left to autograd.
WRITTEN_OUT = {"AE", "Denoising AE", "Masked AE", "AE + GMM", "VAE", "β-VAE", "Cyclical"}


def data_of(recipe):
    return load(recipe, Path("data"))


@pytest.fixture(params=list(PLAIN))
def recipe(request):
    return dataclasses.replace(PLAIN[request.param], train_size=200, batch_size=64)


def test_it_becomes_what_autograd_makes_of_it(recipe):
    data = data_of(recipe)
    ours, theirs = Training(recipe, data), Training(recipe, data)
    assert fits(ours.model, ours.objective)
    theirs.update = ByAutograd(theirs.model, theirs.objective)
    for _ in range(9):  # the last batch of an epoch is a small one
        ours.advance()
        theirs.advance()
    for (name, a), b in zip(ours.model.named_parameters(), theirs.model.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=0, atol=1e-5), name
        assert not torch.equal(a, Training(recipe, data).model.get_parameter(name)), name


def test_gradients_are_those_of_autograd_in_double_precision(recipe):
    data = data_of(recipe)
    training = Training(recipe, data)
    feed = training.feed()
    feed = feed._replace(x=feed.x.double(), epoch=1.5)
    model = training.model.double()
    with torch.random.fork_rng():
        torch.set_default_dtype(torch.float64)
        try:
            state = feed.generator.get_state()
            terms = training.objective(model, feed.x, feed.generator, feed.epoch, feed.labels)
            expected = torch.autograd.grad(training.objective.loss(terms, feed.epoch), list(model.parameters()))
            feed.generator.set_state(state)
            Fused([model], [training.objective])([feed])
        finally:
            torch.set_default_dtype(torch.float32)
    for (name, parameter), wanted in zip(model.named_parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, wanted, rtol=1e-9, atol=1e-12), name


@pytest.mark.parametrize("name", list(RECIPES))
def test_only_plain_models_are_updated_so(name):
    recipe = dataclasses.replace(RECIPES[name], train_size=64)
    training = Training(recipe, data_of(recipe))
    assert fits(training.model, training.objective) == (name in WRITTEN_OUT)
    assert not fits(training.model, Training(RECIPES["WAE"], data_of(recipe)).objective)


def test_free_bits_and_convolutions_are_left_to_autograd():
    for changes in ({"free_bits": 0.5}, {"net": "conv", "hidden": (4, 8)}):
        recipe = dataclasses.replace(VAE, train_size=64, **changes)
        training = Training(recipe, data_of(recipe))
        assert not fits(training.model, training.objective)


@pytest.mark.parametrize("values", [{"beta": (0.5, 1.0, 4.0)}, {"seed": (0, 1, 2)}, {"noise": (0.0, 0.3)}, {"warmup": (0.0, 3.0)}], ids=str)
def test_models_in_step_give_the_frames_they_give_alone(values):
    ((name, settings),) = values.items()
    recipes = [dataclasses.replace(VAE, train_size=300, epochs=6, hidden=(32,), **{name: setting}) for setting in settings]
    data = [data_of(recipe) for recipe in recipes]
    together = [[] for _ in recipes]
    for step in sweep(recipes, data):
        for frames, training in zip(together, step.trainings, strict=True):
            if training.due:
                frames.append(training.frame())
    for recipe, images, frames in zip(recipes, data, together, strict=True):
        alone = list(train(recipe, images))
        assert [frame.step for frame in frames] == [frame.step for frame in alone]
        for mine, wanted in zip(frames, alone, strict=True):
            assert mine.train == pytest.approx(wanted.train, rel=1e-4)
            assert np.allclose(mine.mu, wanted.mu, atol=1e-3)
    last = [frames[-1].train["loss"] for frames in together]
    assert len(set(last)) == len(last)


@pytest.mark.parametrize(
    ("changes", "feeds"),
    [([{"beta": 1.0}, {"beta": 4.0}, {"warmup": 3.0}], 1), ([{"seed": 0}, {"seed": 1}, {"beta": 2.0}], 2), ([{"noise": 0.3}] * 2, 2)],
    ids=str,
)
def test_what_is_fed_alike_is_fed_once(changes, feeds, monkeypatch):
    recipes = [dataclasses.replace(VAE, train_size=64, **change) for change in changes]
    together, asked = Sweep([Training(recipe, data_of(recipe)) for recipe in recipes]), []
    feed = Training.feed
    monkeypatch.setattr(Training, "feed", lambda training: asked.append(training) or feed(training))
    together.advance()
    assert len(asked) == feeds
    assert [training.step for training in together.trainings] == [1] * len(recipes)


def test_what_differs_in_shape_is_not_trained_in_step():
    recipes = [dataclasses.replace(VAE, train_size=100, latent_dim=d) for d in (2, 3)]
    with pytest.raises(ValueError, match="cannot be trained in step"):
        Sweep([Training(recipe, data_of(recipe)) for recipe in recipes])
    odd = dataclasses.replace(VAE, train_size=100, mmd=10.0)
    with pytest.raises(ValueError, match="cannot be trained in step"):
        Sweep([Training(odd, data_of(odd))])


@pytest.fixture
def large():
    """A model whose products are worth rounding, on a machine that does so."""
    return dataclasses.replace(VAE, hidden=(400, 200), likelihood="gaussian-learned", train_size=500, batch_size=100, epochs=20)


@pytest.mark.parametrize("able", [False, True])
def test_only_large_models_are_multiplied_in_bfloat16_where_the_processor_can(large, able, monkeypatch):
    monkeypatch.setattr(precision, "_multiplies_bfloat16", lambda: able)
    model = Training(large, data_of(large)).model
    assert precision.product_type(model) == (torch.bfloat16 if able else torch.float32)
    assert precision.product_type(model.double()) == torch.float64
    assert precision.product_type(Training(VAE, data_of(VAE)).model) == torch.float32


def test_rounded_products_give_nearly_the_same_gradients_and_losses(large, monkeypatch):
    data, gradients, losses = data_of(large), {}, {}
    for able in (False, True):
        monkeypatch.setattr(precision, "_multiplies_bfloat16", lambda able=able: able)
        training = Training(large, data)
        assert all(parameter.dtype == torch.float32 for parameter in training.model.parameters())
        training.advance()
        gradients[able] = [parameter.grad.clone() for parameter in training.model.parameters()]
        while training.step < training.total_steps:
            training.advance()
        losses[able] = training.frame().test["loss"]
    for rough, exact in zip(gradients[True], gradients[False], strict=True):
        assert not torch.equal(rough, exact)
        assert (rough - exact).norm() < 0.05 * exact.norm()
    assert losses[True] == pytest.approx(losses[False], abs=0.3)


def test_frames_of_large_models_are_nearly_the_same_where_products_are_rounded(large, monkeypatch):
    frames, data = {}, data_of(large)
    for able in (False, True):
        monkeypatch.setattr(precision, "_multiplies_bfloat16", lambda able=able: able)
        training = Training(large, data)
        frames[able] = training.frame()
    rough, exact = frames[True], frames[False]
    assert rough.mu.dtype == rough.sigma.dtype == np.float32
    for name in ("mu", "sigma", "kl"):
        a, b = getattr(rough, name), getattr(exact, name)
        assert not np.array_equal(a, b)
        assert np.abs(a - b).max() < 0.02 * np.abs(b).max()
    assert np.abs(rough.samples.astype(int) - exact.samples).max() <= 2
    assert rough.test == pytest.approx(exact.test, rel=1e-3, abs=0.02)


def test_the_learning_rate_goes_up_and_down():
    recipe = dataclasses.replace(VAE, lr=0.01, lr_course="trapezoid", train_size=64, batch_size=64, epochs=40)
    training = Training(recipe, data_of(recipe))
    rates = []
    while training.step < training.total_steps:
        rates.append(training.feed().lr)
        training.count(0.0)
    assert rates[0] == pytest.approx(0.01 * 0.5 / 10)
    assert rates[10:20] == [0.01] * 10
    assert rates[-1] == pytest.approx(0.01 * 0.5 / 20)
    assert rates[:10] == sorted(rates[:10])
    assert rates[20:] == sorted(rates[20:], reverse=True)


def test_a_model_in_a_stack_can_be_read_and_saved_as_ever(recipe):
    from vae_core import checkpoint

    data = data_of(recipe)
    training = Training(recipe, data)
    training.advance()
    again = checkpoint.restore(checkpoint.dump(training.model), recipe, data.probe.shape)
    for mine, saved in zip(training.model.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, saved)
