"""Training: the same seed gives the same frames, the pair is in lockstep, a run can be forked, and a broken one says why."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core import data as datasets
from vae_core.build import build
from vae_core.checkpoint import CheckpointError, dump, load, save
from vae_core.experiments.trained import Trained
from vae_core.recipes import RECIPES, Recipe, pair
from vae_core.schedule import frame_steps
from vae_core.training import Diverged, Training, steps, train

SMALL = Recipe(hidden=(16,), epochs=3)
CONV = Recipe(net="conv", hidden=(4, 6), epochs=2)


@pytest.fixture(scope="module")
def digits():
    return datasets.load(SMALL, Path("data"))


def same(a, b):
    arrays = ("kl", "mu", "sigma", "reconstructions", "samples")
    equal = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in arrays)
    return equal and (a.step, a.test, a.train) == (b.step, b.test, b.train)


@pytest.mark.parametrize("recipe", [SMALL, CONV], ids=["mlp", "conv"])
def test_the_same_seed_gives_the_same_frames_even_when_two_runs_interleave(recipe, digits):
    alone = list(train(recipe, digits))
    for a, b, c in zip(alone, train(recipe, digits), train(recipe, digits), strict=True):
        assert same(a, b)
        assert same(a, c)
    other = list(train(dataclasses.replace(recipe, seed=1), digits))
    assert not same(alone[-1], other[-1])


@pytest.mark.parametrize("recipe", [SMALL, CONV], ids=["mlp", "conv"])
def test_a_pair_shares_data_order_weights_probe_and_steps(recipe, digits):
    ae, vae = (Training(recipe, digits) for recipe in pair(recipe))
    d = recipe.latent_dim
    head = f"posterior.net.{len(ae.model.posterior.net) - 1}"
    for name, theirs in ae.model.state_dict().items():
        ours = vae.model.state_dict()[name]
        assert torch.equal(ours[: len(theirs)] if name.startswith(head) else ours, theirs), name
    assert len(vae.model.posterior.net[-1].weight) == 2 * d
    for _ in range(25):
        assert torch.equal(ae.feed().x, vae.feed().x)
        ae.advance()
        vae.advance()
    assert [f.step for f in train(pair(recipe)[0], digits)] == [f.step for f in train(pair(recipe)[1], digits)]


@pytest.mark.parametrize("recipe", [SMALL, CONV], ids=["mlp", "conv"])
def test_the_loss_falls_and_frames_are_whole(recipe, digits):
    frames = list(train(dataclasses.replace(recipe, epochs=30), digits))
    assert frames[-1].test["loss"] < frames[0].test["loss"] - 5
    assert [frame.index for frame in frames] == list(range(len(frames)))
    first = frames[0]
    assert first.step == 0
    assert first.mu.shape == first.sigma.shape == (400, 2)
    assert first.reconstructions.shape == (10, 64)
    assert first.samples.shape == (20, 64)


def test_every_training_image_is_seen_once_an_epoch(digits):
    training = Training(SMALL, digits)
    orders = []
    for _ in range(2):
        seen = []
        for _ in range(training.steps_per_epoch):
            seen.append(training.feed().x)
            training.count(0.0)
        orders.append(torch.cat(seen))
        assert torch.equal(orders[-1].sort(0).values, digits.train.sort(0).values)
    assert training.images_seen == 2 * len(digits.train)
    assert not torch.equal(*orders)


@pytest.mark.parametrize(("steps_planned", "work"), [(1, 1e6), (23, 1e8), (3800, 1e10), (10_000, 1e14)])
def test_frames_start_at_zero_and_end_at_the_last_step(steps_planned, work):
    schedule = frame_steps(steps_planned, work)
    assert schedule[0] == 0
    assert schedule[-1] == steps_planned
    assert len(schedule) <= (47 if work < 1e11 else 159)
    assert schedule == sorted(set(schedule))


def test_the_readme_says_how_many_frames_there_are():
    many = 10**15  # updates: so many that no two frames meet
    assert (len(frame_steps(many, 0)), len(frame_steps(many, 1e99))) == (47, 159)
    said = "at most 47 frames of a short training and 159 of a long one"
    assert said in (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_last_frame_keeps_its_weights(digits):
    keys = [t.step for t in steps(SMALL, digits) if t.due and t.keeps_weights]
    assert keys[0] == 0
    assert keys[-1] == SMALL.epochs * 19


@pytest.mark.parametrize(("likelihood", "sigma"), [("gaussian", 0.01), ("gaussian-learned", 0.2)])
def test_a_loss_that_explodes_ends_the_run_after_its_last_good_frame(digits, likelihood, sigma):
    good = []
    with pytest.raises(Diverged, match=r"grew from .* learning rate 1 is the likely cause"):
        good.extend(train(Recipe(lr=1.0, likelihood=likelihood, sigma=sigma, epochs=30), digits))
    assert good


def test_a_loss_that_is_no_number_ends_the_run(digits):
    wild = dataclasses.replace(SMALL, lr=1.0, likelihood="gaussian", sigma=0.01, hidden=(64, 64), epochs=60)
    training = Training(wild, digits)
    assert training.frame().step == 0
    training.advance()
    with torch.no_grad():
        training.model.likelihood.net[-1].bias.fill_(float("nan"))
    with pytest.raises(Diverged, match=r"between steps 0 and 1.*learning rate"):
        training.frame()


@pytest.mark.parametrize("recipe", [SMALL, CONV], ids=["mlp", "conv"])
def test_a_fork_starts_from_the_weights_of_its_frame(recipe, digits):
    first = Training(recipe, digits)
    for _ in range(40):
        first.advance()
    blob = first.weights()
    fork = Training(dataclasses.replace(recipe, beta=4.0, parent="x", parent_frame=1), digits, blob)
    before = build(recipe, (8, 8)).state_dict()
    for name, tensor in fork.model.state_dict().items():
        torch.testing.assert_close(tensor, first.model.state_dict()[name], rtol=1e-3, atol=1e-3)
        assert not torch.equal(tensor, before[name])
    for other in (SMALL, CONV, dataclasses.replace(recipe, hidden=(32,)), dataclasses.replace(CONV, hidden=(4, 7))):
        if other != recipe:
            with pytest.raises(ValueError, match="keeps the network"):
                Training(other, digits, blob)


@pytest.mark.parametrize("name", RECIPES)
def test_the_network_of_an_earlier_moment_can_be_had_and_disturbs_nothing(name, digits):
    recipe = dataclasses.replace(RECIPES[name], train_size=128, epochs=4)
    looked_back, straight = Training(recipe, digits), Training(recipe, digits)
    for training in (looked_back, straight):
        training.frame()  # which fits the prior of a model that has such a one
    blob, moment = looked_back.weights(), looked_back.moment()
    for _ in range(3):
        looked_back.advance()
        straight.advance()
    assert looked_back.weights() != blob
    assert looked_back.weights_at(moment) == blob
    for training in (looked_back, straight):
        training.advance()
    assert looked_back.step == 4
    for name, tensor in straight.model.state_dict().items():
        assert torch.equal(tensor, looked_back.model.state_dict()[name])


@pytest.mark.parametrize("recipe", [SMALL, CONV], ids=["mlp", "conv"])
def test_save_and_load_give_equal_outputs(recipe, tmp_path, digits):
    training = Training(dataclasses.replace(recipe, likelihood="gaussian-learned"), digits)
    for _ in range(20):
        training.advance()
    save(training.model, training.recipe, tmp_path / "m")
    model, loaded = load(tmp_path / "m", (8, 8))
    assert loaded == training.recipe
    with torch.inference_mode():
        assert torch.equal(model.reconstruct(digits.test), training.model.reconstruct(digits.test))
    (tmp_path / "m" / "model.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(CheckpointError, match="not a saved model"):
        load(tmp_path / "m", (8, 8))


@pytest.mark.parametrize("changes", [{"conditional": True}, {"labels": 6}], ids=str)
def test_a_model_that_is_told_one_of_three_labels_is_restored(changes, tmp_path):
    recipe = Recipe(data="shapes", train_size=64, hidden=(8,), epochs=1, **changes)
    shapes = datasets.load(recipe, tmp_path)
    training = Training(recipe, shapes)
    training.advance()
    save(training.model, recipe, tmp_path / "m")
    loaded, _ = load(tmp_path / "m", shapes.probe.shape)
    restored = Trained.restore(recipe, dump(training.model), tmp_path).model
    for name, tensor in training.model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)
        assert torch.equal(restored.state_dict()[name], tensor)


def test_a_checkpoint_that_does_not_fit_is_refused(tmp_path, digits):
    save(build(SMALL, (8, 8)), dataclasses.replace(SMALL, hidden=(17,)), tmp_path / "wide")
    save(build(SMALL, (8, 8)), dataclasses.replace(SMALL, hidden=(16, 16)), tmp_path / "deep")
    broken = build(SMALL, (8, 8))
    torch.nn.init.constant_(broken.posterior.net[-1].bias, float("nan"))
    save(broken, SMALL, tmp_path / "nan")
    save(build(CONV, (8, 8)), CONV, tmp_path / "conv")
    for name, shape in (("wide", (8, 8)), ("deep", (8, 8)), ("nan", (8, 8)), ("conv", (16, 16))):
        with pytest.raises(CheckpointError, match="does not fit"):
            load(tmp_path / name, shape)
    with pytest.raises(CheckpointError, match="cannot be divided"):
        load(tmp_path / "conv", (6, 6))


def test_splits_do_not_overlap():
    images = datasets.read("digits", Path("data"))
    rows = [{row.tobytes() for row in part[0]} for part in (images.train, images.validation, images.test)]
    assert [len(part[0]) for part in (images.train, images.validation, images.test)] == [1197, 200, 400]
    for a, b in itertools.combinations(rows, 2):
        assert len(a & b) <= 1, "the set itself holds almost no image twice"
