"""Frames on the way to the browser: rounded to what can be seen, told by their differences, and whole again in JavaScript."""

import gzip
import struct

import numpy as np
import pytest
from node import run_js
from test_latent_map_js import make_recording
from test_recording import make_frame

from ui import slim
from vae_core import wire
from vae_core.frame import Frame


def test_rounding_stays_below_what_a_screen_shows():
    random = np.random.default_rng(0)
    mu, sigma = random.normal(0, 5, (500, 2)), random.uniform(1e-4, 2, (500, 2))
    images = random.integers(0, 256, (10, 9), np.uint8)
    before = make_frame(mu=mu, sigma=sigma, reconstructions=images)
    after = Frame.unpack(slim.slim(before.pack()))
    np.testing.assert_allclose(after.mu, mu, rtol=2**-8 + 2**-11)
    np.testing.assert_allclose(after.sigma, sigma, rtol=2**-6 + 2**-11)
    assert np.abs(after.reconstructions.astype(int) - images).max() <= 3
    assert len(np.unique(after.reconstructions)) <= slim.GREYS
    np.testing.assert_array_equal(after.kl, before.kl)
    assert (after.index, after.train) == (before.index, before.train)


def test_the_largest_numbers_stay_finite_and_signs_stay():
    extreme = np.array([[6.55e4, -6.55e4], [0.0, -1e-7], [np.inf, -np.inf]], np.float32)
    mu = Frame.unpack(slim.slim(wire.pack(wire.unpack(make_frame().pack())[0], arrays(mu=extreme.astype(np.float16))))).mu
    assert np.isfinite(mu[:2]).all()
    assert np.isinf(mu[2]).all()
    np.testing.assert_array_equal(np.sign(mu[0]), [1, -1])


def arrays(**changes):
    return wire.unpack(make_frame().pack())[1] | changes


def test_points_are_not_rounded():
    coordinates = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    after = Frame.unpack(slim.slim(make_frame(reconstructions=coordinates).pack()))
    np.testing.assert_array_equal(after.reconstructions, coordinates)


@pytest.mark.parametrize("other", [2, 9])
def test_the_browser_makes_records_whole_again(tmp_path, other):
    recording = make_recording(tmp_path / "r", range(6))
    blobs = [slim.slim(recording.frame_bytes(index)) for index in range(6)]
    blobs.insert(3, wire.pack({"index": 99}, {"a": np.arange(other, dtype=np.float32)}))  # of another length: told as it is
    answer = run_js(("wire",), "return addUp(records(sent)).map((blob) => [...blob]);", sent=slim.records(blobs))
    assert [bytes(blob) for blob in answer] == blobs


def test_differences_pack_better():
    random = np.random.default_rng(0)
    codes, images = random.normal(size=(400, 2)), random.integers(0, 256, (10, 784))
    blobs = [make_frame(mu=codes * (1 + 0.001 * k), reconstructions=np.clip(images + k, 0, 255).astype(np.uint8)).pack() for k in range(9)]
    plain = b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)
    assert len(gzip.compress(slim.records(map(slim.slim, blobs)))) < 0.5 * len(gzip.compress(plain))
