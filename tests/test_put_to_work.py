"""What the experiments on generating, guarding, filling and reading do, on models and data made for the purpose."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from ui import charts
from vae_core.build import build
from vae_core.data import load
from vae_core.experiments import codes, few, generate, hole, odd, price
from vae_core.experiments.trained import Trained
from vae_core.figures import Spread
from vae_core.frame import Frame
from vae_core.recipes import AE, VAE, Recipe
from vae_core.splits import NoData, Part
from vae_core.training import steps

ROOT = Path("data")


def untrained(recipe=VAE):
    data = load(recipe, ROOT)
    return Trained(recipe, build(recipe, data.probe.shape), data)


def test_a_class_that_is_left_out_is_in_no_image_to_learn_or_choose_from_and_in_the_test_part():
    whole, part = load(Recipe(), ROOT), load(Recipe(without=3), ROOT)
    assert 3 not in part.train_labels
    assert 3 not in part.validation_part.labels
    assert len(part.train) == int((whole.train_labels != 3).sum())
    torch.testing.assert_close(part.train, whole.train[whole.train_labels != 3])
    torch.testing.assert_close(part.test, whole.test)
    assert Recipe(without=3).kind == "VAE, without 3"


def test_strays_are_images_of_the_class_that_is_left_out():
    clean, mixed = load(Recipe(without=3), ROOT), load(Recipe(without=3, strays=0.05), ROOT)
    assert len(mixed.train) == len(clean.train)
    assert int((mixed.train_labels == 3).sum()) == round(0.05 * len(clean.train))
    assert 3 not in mixed.validation_part.labels
    assert Recipe(without=3, strays=0.05).kind == "VAE, 5% strays of 3"
    few_images = load(Recipe(without=3, strays=0.05, train_size=100), ROOT)
    assert len(few_images.train) == 100
    assert int((few_images.train_labels == 3).sum()) == 5
    with pytest.raises(NoData, match="at most") as refused:
        load(Recipe(without=3, strays=0.5), ROOT)
    named = float(re.search(r"at most ([\d.]+) of", str(refused.value))[1])
    assert 3 in load(Recipe(without=3, strays=named), ROOT).train_labels
    assert torch.equal(load(Recipe(strays=0.05), ROOT).train, load(Recipe(), ROOT).train)  # where no class is left out


def test_leaving_out_the_only_class_is_refused_plainly(monkeypatch):
    only = Part(np.zeros((4, 64), np.uint8), np.zeros(4, np.uint8), np.zeros((4, 0), np.float32))
    monkeypatch.setattr("vae_core.data.read", lambda *args: replace(_images(), train=only))
    with pytest.raises(NoData, match="Leave out another"):
        load(Recipe(without=0), ROOT)


def _images():
    from vae_core.digits import load as digits

    return digits(ROOT, print)


def test_a_fitted_gaussian_draws_codes_like_those_it_was_fitted_to():
    trained = untrained(replace(AE, latent_dim=3))
    known = trained.posterior(trained.data.train).mean
    drawn = generate.codes(trained, "gaussian", torch.Generator().manual_seed(0))
    torch.testing.assert_close(drawn.mean(0), known.mean(0), atol=0.15 * float(known.std()), rtol=0)
    torch.testing.assert_close(drawn.std(0), known.std(0), rtol=0.15, atol=0)
    assert not torch.equal(drawn, generate.codes(trained, "normal", torch.Generator().manual_seed(0)))


def test_a_code_is_shared_by_the_images_whose_clouds_give_it():
    centres = torch.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0]])
    clouds = torch.distributions.Independent(torch.distributions.Normal(centres, torch.tensor([[0.5], [0.5], [1.0]])), 1)
    say = price.shares(clouds, torch.tensor([[0.5, 0.0], [9.0, 9.0], [0.0, 0.0]]))
    by_hand = torch.tensor([1.0, math.exp(-2.0)])  # one centre is reached, the other two spreads away
    torch.testing.assert_close(say[:2], torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]), atol=1e-6, rtol=0)
    torch.testing.assert_close(say[2, :2], by_hand / by_hand.sum(), atol=1e-6, rtol=0)


def test_the_nearest_image_of_a_training_image_is_itself():
    train = load(VAE, ROOT).train[:50]
    away, which = generate.nearest(train[:9], train)
    assert which.tolist() == list(range(9))
    assert float(away.max()) < 0.02


def test_guards_find_what_is_far_from_all_that_was_learned():
    data = load(Recipe(without=0), ROOT)
    pixels = np.rint(255 * data.train[:20].numpy()).astype(np.uint8)
    strange = data.test_part._replace(x=np.concatenate([pixels, 255 - pixels]))
    for name, score in odd.baselines(replace(data, test_part=strange)).items():
        assert score[:20].max() < score[20:].min(), name


def test_a_hole_is_where_it_says_and_what_is_seen_stays():
    gone = hole.missing(hole.HOLES["bottom"]).view(8, 8)
    assert gone[4:].all()
    assert not gone[:4].any()
    trained = untrained(AE)
    x = trained.data.test[:5]
    filled = hole.refill(trained, x, gone.flatten(), torch.full_like(x, 0.5))
    torch.testing.assert_close(filled[:, :32], x[:, :32])
    assert not torch.allclose(filled[:, 32:], x[:, 32:])


def test_the_search_explains_the_visible_pixels_better_than_where_it_began_and_ignores_the_others():
    trained = untrained(replace(VAE, latent_dim=8))
    gone = hole.missing(hole.HOLES["middle"])
    x = trained.data.test[:5]
    start = torch.full_like(x, 0.5).where(gone, x)
    found = hole.explained(trained, x, gone, start, price=1.0)
    before = trained.reconstruct(start)
    assert (found - x)[:, ~gone].square().mean() < (before - x)[:, ~gone].square().mean()
    changed = hole.explained(trained, torch.rand_like(x).where(gone, x), gone, start, price=1.0)
    torch.testing.assert_close(found, changed)
    free = hole.explained(trained, x, gone, start, price=0.0)
    assert (free - x)[:, ~gone].square().mean() < (found - x)[:, ~gone].square().mean()


def test_neighbours_are_chosen_by_what_can_be_seen():
    gone = hole.missing(hole.HOLES["bottom"])
    train = load(VAE, ROOT).train
    twin = train[:1].repeat(hole.NEAREST, 1)
    filled = hole.neighbours(twin[:1] * ~gone, torch.cat([twin, train[5:]]), gone)
    torch.testing.assert_close(filled, twin[:1])


def test_a_reader_of_separate_classes_makes_no_error():
    x = torch.eye(4).repeat(20, 1)
    y = torch.arange(4).repeat(20)
    assert few.wrong(x, y, x, y) == 0
    assert few.wrong(x, y, x, (y + 1) % 4) == 1


def frame(epoch, vectors):
    empty = np.zeros((0, 4), np.float32)
    test = {"perplexity": float(len(np.unique(vectors, axis=0)))}
    return Frame(0, 0, epoch, 0.0, {}, test, empty[0:0, 0], vectors.reshape(-1, 4), empty, empty, empty)


def test_the_course_of_a_codebook_counts_what_is_in_use():
    one, two = np.zeros((8, 2), np.float32), np.repeat([[0.0, 1.0], [2.0, 3.0]], [6, 2], axis=0).astype(np.float32)
    numbers, arrays = codes.course([frame(0.0, one), frame(1.0, two)])
    assert numbers == {"perplexity": 2.0, "perplexity_first": 2.0}
    assert arrays["shares"][-1][:3].tolist() == [0.75, 0.25, 0.0]
    assert arrays["words"][-1][1].tolist() == [2.0, 3.0]
    assert np.isnan(arrays["words"][0][1:]).all()
    figure = charts.codebook(arrays["words"], arrays["shares"], moment=1, used="chosen")
    assert len(figure.data[0].x) == 2


def test_bars_show_means_and_spreads():
    figure = charts.grouped(["a", "b"], [charts.Series("one", "#000000", [Spread((1.0, 3.0)), Spread((0.0, 0.0))])], y_title="y", level=1.0)
    bars, labels = figure.data
    assert isinstance(bars, go.Bar)
    assert list(bars.y) == [2.0, 0.0]
    assert bars.error_y.array[0] == pytest.approx(2**0.5)
    assert list(labels.text) == ["2.00", "0.00"]
    assert list(labels.y) == [pytest.approx(2 + 2**0.5), 0.0]
    assert labels.offsetgroup == bars.offsetgroup
    assert figure.layout.shapes[0].y0 == 1.0


@pytest.mark.parametrize("experiment", [generate, hole, few, codes], ids=lambda one: one.EXPERIMENT.name)
def test_a_short_run_gives_all_figures(experiment):
    models = {}
    for label, recipe in experiment.recipes(0).items():
        recipe = replace(recipe, epochs=1, train_size=200)
        data, frames = load(recipe, ROOT), []
        for training in steps(recipe, data):
            if training.due and experiment.EXPERIMENT.needs_frames:
                frames.append(training.frame())
        models[label] = Trained(recipe, training.model, data, tuple(frames))
    found = experiment.measure(models, 0)
    assert found.unpack(found.pack()).numbers == pytest.approx(found.numbers)
    for name, array in found.arrays.items():
        assert array.dtype != np.uint8 or array.shape[1] == 64, name
