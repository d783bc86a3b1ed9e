"""What a task reports is written down: of one attempt, and only while the run is ours."""

import dataclasses

import numpy as np
import pytest
from reading import frames_of
from test_recording import make_frame

from jobs.live import AGAIN, ANOTHER, Live
from jobs.store import Store
from vae_core.recipes import VAE
from vae_core.recording import RecordingError

FINAL = {"kind": "final", "state": "done", "message": "", "model": b"model", "metrics": {"elbo": -1.0}}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs", tmp_path / "none")


@pytest.fixture
def live(store):
    return Live(store, store.claim(VAE), VAE, None)


def attempt(live, count, first=0, **changes):
    """A task that reports so many frames, those from ``first`` on with other numbers."""
    live.hear({"kind": "started", "probe": b"probe", "total_steps": 100})
    for index in range(count):
        frame = make_frame(index=index, step=index, seconds=np.random.default_rng().random(), **(changes if index >= first else {}))
        if index % 2 == 0:
            live.hear({"kind": "weights", "index": index, "body": b"weights"})
        live.hear({"kind": "frame", "index": index, "body": frame.pack(), "step": index, "images_per_second": 1.0})


def test_an_attempt_that_comes_to_the_same_numbers_goes_on_where_the_first_one_ended(live):
    attempt(live, 6)
    files = {path: path.stat().st_ino for path in (live.recording.path / "frames").iterdir()}
    created = live.recording.status.created
    attempt(live, 3)
    status = live.recording.status
    assert live.recording.frame_count == 6
    assert {path: path.stat().st_ino for path in files} == files
    assert (status.message, status.created) == (AGAIN, created)


def test_an_attempt_that_comes_to_other_numbers_replaces_the_first_one(live):
    attempt(live, 6)
    created = live.recording.status.created
    attempt(live, 5, first=2, mu=np.ones((7, 2), np.float32))
    status = live.recording.status
    assert [frame.mu[0, 0] == 1 for frame in frames_of(live.recording)] == [False, False, True, True, True]
    assert live.recording.key_frames == [0, 2, 4]
    assert status.message == ANOTHER
    assert status.created > created  # so nobody shows what was read of the first one
    live.hear(FINAL)
    live.end("done", "")
    assert live.recording.status.state == "done"


def test_what_comes_late_brings_no_deleted_run_back(store, live):
    attempt(live, 2)
    store.delete(live.id)
    for event in (FINAL, {"kind": "weights", "index": 2, "body": b"weights"}, {"kind": "started", "probe": b"probe", "total_steps": 9}):
        with pytest.raises(RecordingError):
            live.hear(event)
    assert not live.recording.path.exists()


def test_what_comes_late_is_not_written_into_the_run_of_another_process(store, live):
    attempt(live, 2)
    other = Store(store.root, store.pretrained)
    other.delete(live.id)
    fresh = other.claim(VAE)
    fresh.write_status(dataclasses.replace(fresh.status, created=fresh.status.created + 1))
    with pytest.raises(RecordingError, match="another process"):
        live.hear(FINAL)
    assert sorted(path.name for path in fresh.path.iterdir()) == ["recipe.json", "status.json"]
