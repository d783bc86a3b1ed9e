"""The pretrained models: whole, small, true to their recipes, and without images that may not be handed on."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from vae_core import data, wire
from vae_core.catalogue import entry
from vae_core.checkpoint import load
from vae_core.pretrain import FOLDER, ZOO, _thinned, record
from vae_core.recipes import Recipe
from vae_core.recording import Recording
from vae_core.zoo import extent

BUDGET = 25_000_000


def test_every_set_has_its_pair_and_the_ladder_its_steps():
    for name, recipe in ZOO.items():
        recipe.validate()
        if name.endswith("-ae"):
            vae = ZOO[name.removesuffix("-ae") + "-vae"]
            assert (recipe.posterior, vae.posterior) == ("dirac", "gaussian")
            assert (recipe.data, recipe.hidden, recipe.seed, recipe.latent_dim) == (vae.data, vae.hidden, vae.seed, vae.latent_dim)
    assert {(one.data, one.latent_dim) for one in ZOO.values()} >= {
        ("digits", 2), ("shapes", 2), ("mnist", 2), ("fashion-mnist", 2), ("mnist", 10), ("mnist", 20),
    }  # fmt: skip
    assert len({one.beta for one in ZOO.values() if (one.data, one.latent_dim, one.posterior) == ("mnist", 10, "gaussian")}) >= 5


def test_the_zoo_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= BUDGET


@pytest.mark.parametrize("name", ZOO)
def test_a_recording_is_whole(name):
    recording, recipe = Recording(FOLDER / name), ZOO[name]
    assert recording.recipe == recipe
    assert recording.status.state == "done"
    assert 30 <= recording.frame_count <= 45
    assert recording.frame_count - 1 in recording.key_frames
    assert all(recording.frame(index).index == index for index in range(recording.frame_count))
    card = json.loads((recording.path / "card.json").read_text())
    assert card["metrics"] == recording.metrics
    assert card["rebuild"] == f"python -m vae_core.pretrain {name}"
    assert card["seed"] == recipe.seed
    model, _ = load(recording.path, recording.probe.shape)
    meta, arrays = wire.unpack(recording.weights_bytes(recording.key_frames[-1]))
    assert np.array_equal(
        arrays[meta["decoder"][-1]["bias"]].astype(np.float16), model.likelihood.net.state_dict()[_last(model)].half().numpy()
    )


def _last(model):
    return [name for name in model.likelihood.net.state_dict() if name.endswith("bias")][-1]


@pytest.mark.parametrize("name", ZOO)
def test_images_are_there_only_where_they_may_be(name):
    probe, recipe = Recording(FOLDER / name).probe, ZOO[name]
    frame = Recording(FOLDER / name).frame(-1)
    assert len(frame.mu) == len(probe.labels) == extent(recipe).probe
    assert len(frame.reconstructions) == probe.shown
    assert len(probe.images) == (len(probe.labels) if entry(recipe.data).redistributable else 0)


def test_a_rebuild_gives_the_same_files(tmp_path):
    recipe = Recipe(hidden=(8,), epochs=3)
    folders = [record("twice", recipe, tmp_path / str(turn), tmp_path).path for turn in range(2)]
    files = [{path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} for folder in folders]
    assert files[0].keys() == files[1].keys()
    assert [str(name) for name in files[0] if files[0][name] != files[1][name]] == []


def test_frames_hold_what_the_probe_holds_though_the_set_has_more(tmp_path):
    recipe = Recipe(data="shapes", hidden=(8,), epochs=1, train_size=100)
    recording = record("short", recipe, tmp_path, tmp_path)
    assert len(recording.frame(-1).mu) == len(recording.probe.labels) == extent(recipe).probe < len(data.load(recipe, tmp_path).probed)


def test_thinning_keeps_both_ends():
    assert _thinned(list(range(100)), 5) == [0, 25, 50, 74, 99]
    assert _thinned([3, 7], 40) == [3, 7]


def test_nothing_is_kept_of_a_set_that_may_not_be_handed_on(tmp_path, monkeypatch):
    monkeypatch.setattr("vae_core.pretrain.entry", lambda name: dataclasses.replace(entry(name), redistributable=False))
    path = record("bare", Recipe(hidden=(8,), epochs=1), tmp_path, Path("data")).path
    assert Recording(path).probe.images.shape == (0, 64)
