"""The drawing pad: ink becomes what the encoders were trained on, and the browser encodes it as PyTorch does."""

import numpy as np
import pytest
import torch
from node import run_js
from test_latent_map_js import round_to_half

from vae_core import wire
from vae_core.build import build
from vae_core.export import export
from vae_core.recipes import Recipe

SIDE = 280
FITS = {"mnist": {"height": 28, "width": 28, "long": 20}, "digits": {"height": 8, "width": 8, "long": 8}}
NORMALISE = "return Array.from(normaliseInk(Float32Array.from(ink, (byte) => byte / 255), side, fit) ?? []);"


def normalise(pad, kind):
    pixels = run_js(("wire", "ink"), NORMALISE, ink=to_bytes(pad), side=SIDE, fit=FITS[kind])
    fit = FITS[kind]
    return np.reshape(pixels, (fit["height"], fit["width"])) if pixels else None


def to_bytes(pad):
    return np.round(pad * 255).astype(np.uint8).tobytes()


def on_pad(image, factor, top, left):
    """An image, each pixel a block of ``factor`` pixels, somewhere on the pad."""
    pad = np.zeros((SIDE, SIDE))
    large = np.kron(image, np.ones((factor, factor)))
    pad[top : top + large.shape[0], left : left + large.shape[1]] = large
    return pad


def line(from_, to, width=22):
    """A straight stroke of a round pen; places as (row, column)."""
    y, x = np.mgrid[:SIDE, :SIDE]
    a, b = np.array(from_, float), np.array(to, float)
    along = np.clip(((y - a[0]) * (b - a)[0] + (x - a[1]) * (b - a)[1]) / ((b - a) ** 2).sum(), 0, 1)
    return (np.hypot(y - a[0] - along * (b - a)[0], x - a[1] - along * (b - a)[1]) <= width / 2).astype(float)


@pytest.mark.parametrize("rows, columns", [(20, 13), (9, 20), (20, 20), (20, 1)])
@pytest.mark.parametrize("factor, top, left", [(10, 30, 40), (7, 0, 130)])
def test_what_was_made_as_mnist_was_comes_back_from_anywhere_on_the_pad(rows, columns, factor, top, left):
    small = np.round(np.random.default_rng(rows).uniform(0.2, 1, (rows, columns)) * 255) / 255
    centre = [(small * grid).sum() / small.sum() for grid in np.mgrid[:rows, :columns]]
    expected = np.zeros((28, 28))
    y, x = (int(np.floor(14 - c + 0.5)) for c in centre)
    expected[y : y + rows, x : x + columns] = small
    np.testing.assert_allclose(normalise(on_pad(small, factor, top, left), "mnist"), expected, atol=1e-5)


def test_any_size_and_place_gives_the_same_image():
    strokes = [((60, 60), (60, 200)), ((60, 200), (230, 110))]
    seven = np.maximum(*(line(*ends) for ends in strokes))
    small = np.maximum(*(line(*(tuple(np.array(end) * 0.5 + (120, 20)) for end in ends), width=11) for ends in strokes))
    assert np.abs(normalise(seven, "mnist") - normalise(small, "mnist")).mean() < 0.01
    ink = np.argwhere(normalise(seven, "mnist") > 0)
    assert max(np.ptp(ink, axis=0)) == 19


def test_an_empty_pad_gives_nothing():
    assert normalise(np.zeros((SIDE, SIDE)), "mnist") is None
    assert normalise(np.zeros((SIDE, SIDE)), "digits") is None


def test_small_digits_count_the_set_pixels_of_an_upright_bitmap():
    bitmap = np.random.default_rng(0).random((32, 20)) > 0.55
    bitmap[[0, 1, 2, -3, -2, -1]] = True
    bitmap[:, [0, -1]] = True
    expected = np.zeros((32, 32))
    expected[:, 6:26] = bitmap
    np.testing.assert_allclose(normalise(on_pad(bitmap, 8, 10, 70), "digits"), expected.reshape(8, 4, 8, 4).sum((1, 3)) / 16, atol=1e-6)


def test_a_slanted_stroke_stands_upright_and_is_thick_enough_among_small_digits():
    one = normalise(line((30, 190), (250, 90)), "digits")
    columns = (one * np.arange(8)).sum(1) / one.sum(1)
    assert np.ptp(columns) < 0.6  # it leaned over 100 of 220 pixels: 3.6 columns
    thin = normalise(line((30, 190), (250, 90), width=8), "digits")
    assert thin.sum() >= 0.17 * 64  # thickened twice and no more; the thinnest digit of the set has 18 % of its bitmap set


def test_ink_is_what_differs_from_the_ground_of_a_picture():
    paper = np.full((20, 30), 0.9, np.float32) + np.random.default_rng(0).normal(0, 0.02, (20, 30)).astype(np.float32)
    paper[5:15, 14:16] = 0.2
    body = "return Array.from(inkOfPicture(Float32Array.from(grey), 30, 20));"
    dark, light = (np.reshape(run_js(("wire", "ink"), body, grey=g.ravel().tolist()), (20, 30)) for g in (paper, 1 - paper))
    for ink in (dark, light):
        assert (ink[5:15, 14:16] > 0.8).all()
        ink[5:15, 14:16] = 0
        assert ink.max() == 0


def test_the_fit_of_a_data_set_is_seen_in_its_images():
    images = np.zeros((6, 28, 28), np.uint8)
    images[:, 4:24, 10:15] = 200
    body = "return fitOf({ images: blob, shape: [28, 28], count: 6 });"
    assert run_js(("wire", "ink"), body, blob=images.tobytes()) == FITS["mnist"]
    images[:, 0:28, 10:15] = 200
    assert run_js(("wire", "ink"), body, blob=images.tobytes())["long"] == 28


@pytest.mark.parametrize("posterior", ["dirac", "gaussian"])
@pytest.mark.parametrize("net, hidden", [("mlp", (40,)), ("conv", (6, 9))])
@pytest.mark.parametrize("kind", ["mnist", "digits"])
def test_a_drawing_is_encoded_in_the_browser_as_by_pytorch(posterior, net, hidden, kind):
    recipe = Recipe(posterior=posterior, net=net, hidden=hidden, beta=float(posterior == "gaussian"))
    shape = (FITS[kind]["height"], FITS[kind]["width"])
    model = build(recipe, shape)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    round_to_half(model)
    meta, arrays = export(model, recipe, shape)
    answer = run_js(
        ("wire", "network", "ink"),
        """const pixels = normaliseInk(Float32Array.from(ink, (byte) => byte / 255), side, fit);
        const { mu, sigma } = LatentMapNetwork.from(blob).encode(pixels);
        return { pixels: [...pixels], mu: [...mu], sigma: sigma && [...sigma] };""",
        ink=to_bytes(np.maximum(line((60, 60), (60, 200)), line((60, 200), (230, 110)))),
        side=SIDE,
        fit=FITS[kind],
        blob=wire.pack({**meta, "index": 0, "step": 0}, arrays),
    )
    with torch.no_grad():
        q = model.encode(torch.tensor([answer["pixels"]]))
    np.testing.assert_allclose(answer["mu"], q.mean[0].numpy(), atol=1e-3)
    if posterior == "gaussian":
        np.testing.assert_allclose(answer["sigma"], q.stddev[0].numpy(), atol=1e-3)


@pytest.mark.parametrize("width, height", [(60, 200), (200, 60), (120, 120)])
def test_small_digits_are_all_stretched_to_the_same_size(width, height):
    pad = np.zeros((SIDE, SIDE))
    pad[20 : 20 + height, 30 : 30 + width] = 1
    pad[20 + height // 4 : 20 + 3 * height // 4, 30 + width // 4 : 30 + 3 * width // 4] = 0  # a ring: 480 of 640 pixels, thinned once
    ring = np.zeros((32, 32))
    ring[1:31, 7:25] = 1
    ring[7:25, 10:22] = 0
    ring[np.ix_([7, 24], [10, 21])] = 1  # corners have no empty pixel beside them
    np.testing.assert_allclose(normalise(pad, "digits"), ring.reshape(8, 4, 8, 4).sum((1, 3)) / 16, atol=1e-6)


def test_small_digits_shear_until_their_left_edge_is_upright():
    bitmap = np.zeros((32, 20))
    for row in range(32):
        bitmap[row, (31 - row) * 10 // 31 : (31 - row) * 10 // 31 + 10] = 1  # leans over ten columns
    upright = normalise(on_pad(bitmap, 8, 10, 70), "digits")
    starts = [int(np.argmax(row > 0)) for row in upright]
    assert len(set(starts)) == 1
    assert np.count_nonzero(upright.sum(0)) <= 4
