"""Envelopes, frames and recordings survive the way to disk and back; broken ones say so."""

import os

import numpy as np
import pytest

from vae_core import wire
from vae_core.frame import Frame, Probe
from vae_core.recipes import Recipe
from vae_core.recording import Recording, RecordingError, Status


def make_frame(**changes):
    rng = np.random.default_rng(0)
    values = {
        "index": 3,
        "step": 12,
        "epoch": 0.5,
        "seconds": 1.25,
        "train": {"loss": 1.0},
        "test": {"loss": float("nan")},
        "kl": np.array([0.5, 1.5], np.float32),
        "mu": rng.normal(size=(7, 2)).astype(np.float32),
        "sigma": np.ones((7, 2), np.float32),
        "reconstructions": rng.integers(0, 255, (4, 9)).astype(np.uint8),
        "samples": np.zeros((2, 9), np.uint8),
    }
    return Frame(**{**values, **changes})


def test_frame_round_trip():
    frame = make_frame()
    again = Frame.unpack(frame.pack())
    assert (again.index, again.step, again.epoch, again.train) == (3, 12, 0.5, {"loss": 1.0})
    assert again.test == {"loss": None}
    np.testing.assert_allclose(again.mu, frame.mu, atol=2e-3)
    np.testing.assert_array_equal(again.reconstructions, frame.reconstructions)


def test_codes_too_large_for_half_precision_are_clipped():
    frame = Frame.unpack(make_frame(mu=np.full((1, 2), 1e6, np.float32)).pack())
    assert np.isfinite(frame.mu).all()
    assert (frame.mu > 6e4).all()


@pytest.mark.parametrize("cut", [0, 3, 10, -20])
def test_a_cut_envelope_is_refused(cut):
    with pytest.raises(wire.WireError):
        Frame.unpack(make_frame().pack()[:cut])


def test_an_envelope_whose_arrays_overlap_is_refused():
    blob = wire.pack({}, {"a": np.arange(1000, dtype=np.float32), "b": np.arange(9000, dtype=np.float32)})
    with pytest.raises(wire.WireError, match="overlap"):
        wire.unpack(blob.replace(b'"shape":[1000]', b'"shape":[9999]'))


def test_an_envelope_of_something_else_is_refused():
    with pytest.raises(wire.WireError, match="not a frame"):
        Frame.unpack(wire.pack({"index": 1}, {}))
    with pytest.raises(wire.WireError):
        wire.pack({}, {"x": np.zeros(2, np.int64)})


def test_recording_round_trip(tmp_path):
    recording = Recording(tmp_path / "abc")
    recording.create(Recipe(), Status("running", total_steps=5))
    probe = Probe(np.zeros((7, 9), np.uint8), np.arange(7, dtype=np.uint8), (3, 3), tuple("0123456"), 4)
    recording.write_bytes("probe.bin", probe.pack())
    recording.write_bytes("frames/00000.bin", make_frame(index=0).pack())
    recording.write_bytes("frames/00001.bin", make_frame(index=1).pack())
    recording.write_bytes("frames/00003.bin", make_frame(index=3).pack())
    again = Recording(tmp_path / "abc")
    assert again.recipe == Recipe()
    assert again.status.active
    assert again.probe.shape == (3, 3)
    assert again.frame_count == 2, "a gap ends the recording"
    assert again.frame(-1).index == 1
    assert again.metrics is None
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("recipe.json", b"{"),
        ("recipe.json", b'{"lr": 100}'),
        ("recipe.json", b"[1]"),
        ("status.json", b'{"x": 1}'),
        ("status.json", b"null"),
    ],
)
def test_a_broken_recording_says_what_is_wrong(tmp_path, name, body):
    recording = Recording(tmp_path / "abc")
    recording.create(Recipe(), Status())
    (recording.path / name).write_bytes(body)
    with pytest.raises(RecordingError, match="abc"):
        _ = (recording.recipe, recording.status)


def test_what_was_replaced_is_read_anew(tmp_path):
    Recording(tmp_path / "run").create(Recipe(), Status("queued"))
    assert Recording(tmp_path / "run").status.state == "queued"
    for step in range(50):
        Recording(tmp_path / "run").write_status(Status("running", step=step))
        assert Recording(tmp_path / "run").status.step == step
    Recording(tmp_path / "run").write_json("recipe.json", {"latent_dim": 7})
    assert Recording(tmp_path / "run").recipe.latent_dim == 7
    (tmp_path / "run" / "status.json").unlink()
    with pytest.raises(RecordingError, match="cannot read"):
        _ = Recording(tmp_path / "run").status


def test_equal_images_have_equal_fingerprints(tmp_path):
    runs = [Recording(tmp_path / name) for name in ("one", "two", "other", "none")]
    for run, body in zip(runs, (b"same", b"same", b"else"), strict=False):
        run.write_bytes("probe.bin", body)
    prints = [run.probe_fingerprint for run in runs]
    assert prints[0] == prints[1] != prints[2]
    assert prints[3] == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps other people's accounts out by other means")
def test_what_is_written_is_for_its_owner_alone(tmp_path):
    Recording(tmp_path / "run").write_bytes("frames/00000.bin", b"frame")
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["00000.bin"]
    assert files[0].stat().st_mode & 0o077 == 0
