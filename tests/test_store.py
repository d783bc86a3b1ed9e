"""Runs on disk: what is kept, what is skipped, what cannot be reached."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobs.pulses import LONG_AGO
from jobs.store import SERVER_RESTARTED, Store, StoreError
from vae_core.recipes import AE, VAE, Recipe
from vae_core.recording import Recording, Status

ROOT = Path(__file__).parent.parent


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "runs", tmp_path / "pretrained")
    Recording(tmp_path / "pretrained" / "digits-vae").create(VAE, Status("done", created=1.0))
    return store


def test_create_get_update_delete(store):
    run = store.create(VAE)
    assert store.public_id(run) == VAE.id
    assert store.get(VAE.id).recipe == VAE
    assert store.get(VAE.id).status.state == "queued"
    assert store.update(VAE.id, state="done", step=7).step == 7
    assert store.get(VAE.id).status.updated >= run.status.created
    store.delete(VAE.id)
    assert store.get(VAE.id) is None
    assert not list(store.root.iterdir())
    store.delete(VAE.id)  # no error


def test_runs_come_newest_first_and_pretrained_apart(store):
    store.create(VAE)
    store.create(AE)
    store.update(VAE.id, created=10.0)
    store.update(AE.id, created=20.0)
    assert [run.recipe for run in store.look()[0]] == [AE, VAE]
    assert [store.public_id(run) for run in store.pretrained_runs()] == ["p-digits-vae"]
    assert store.look()[1] == []


def test_create_removes_what_stood_there(store):
    store.create(VAE).write_bytes("frames/00000.bin", b"old")
    assert store.create(VAE).frame_count == 0


@pytest.mark.parametrize(
    "run_id",
    ["", "..", "../runs", "p-..", "p-../../etc", "p-", "0123456789ABCDEF", "0" * 17, "0" * 16 + "\n", "/etc/passwd", "p-a/b", "\0"],
)
def test_no_id_leads_out_of_the_folders(store, run_id):
    assert store.get(run_id) is None
    with pytest.raises(StoreError):
        store.update(run_id, state="done")
    store.delete(run_id)


def test_pretrained_recordings_are_read_only(store):
    assert store.get("p-digits-vae").recipe == VAE
    with pytest.raises(StoreError, match="stay"):
        store.delete("p-digits-vae")
    with pytest.raises(StoreError):
        store.update("p-digits-vae", state="failed")


def test_a_run_in_training_is_not_deleted(store):
    store.create(VAE)
    store.alive.add(VAE.id)
    with pytest.raises(StoreError, match="Stop it first"):
        store.delete(VAE.id)


def test_broken_and_foreign_folders_are_skipped_and_told(store):
    store.create(VAE)
    (store.root / "holiday photos").mkdir()
    half = store.root / ("a" * 16)
    half.mkdir()
    (half / "recipe.json").write_text("{")
    strange = store.create(AE)
    (strange.path / "status.json").write_text(json.dumps({"state": "asleep"}))
    assert [run.id for run in store.look()[0]] == [VAE.id]
    assert len(store.look()[1]) == 3
    assert all(any(name in problem for problem in store.look()[1]) for name in ("holiday photos", "a" * 16, AE.id))
    assert store.get(AE.id) is None


def test_a_run_without_a_trainer_becomes_stopped(store):
    run = store.create(VAE)
    run.write_bytes("frames/00000.bin", b"x")
    long_ago = Status("running", step=5, updated=time.time() - LONG_AGO - 1)
    run.write_status(long_ago)
    store.alive.add(VAE.id)
    assert store.get(VAE.id).status.state == "running"
    store.alive.clear()
    status = store.get(VAE.id).status
    assert status.state == "stopped"
    assert status.message.startswith(SERVER_RESTARTED)
    assert "one frame is kept" in status.message
    run.write_status(Status("running", updated=time.time()))
    assert store.get(VAE.id).status.state == "running"


def test_an_unwritable_folder_is_told(tmp_path):
    (tmp_path / "runs").write_text("a file, where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "runs", tmp_path).create(VAE)


def test_two_processes_share_a_store(store):
    """One makes and removes runs while the other lists them: nobody meets half a run."""
    writer = """
import sys
from pathlib import Path
from jobs.store import Store
from vae_core.recipes import Recipe
store = Store(Path(sys.argv[1]), Path(sys.argv[1]))
for turn in range(60):
    recipe = Recipe(seed=turn % 3)
    store.create(recipe)
    store.update(recipe.id, step=turn)
    store.delete(recipe.id)
store.create(Recipe(seed=9))
"""
    process = subprocess.Popen([sys.executable, "-c", writer, str(store.root)], cwd=ROOT)
    while process.poll() is None:
        for run in store.look()[0]:
            assert run.recipe.seed in (0, 1, 2, 9)
    assert process.returncode == 0
    assert [run.recipe for run in store.look()[0]] == [Recipe(seed=9)]
    assert not [path for path in store.root.iterdir() if path.name.startswith(".")]
