"""The server's decoder against PyTorch, and what it refuses."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from test_latent_map_js import round_to_half

from ui import network
from vae_core import wire
from vae_core.build import build
from vae_core.export import export
from vae_core.recipes import Recipe
from vae_core.recording import Recording, RecordingError


def keep(folder, recipe, shape, seed=0):
    """A recording with the weights of an untrained model, and the model."""
    model = build(dataclasses.replace(recipe, seed=seed), shape)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    round_to_half(model)
    recording = Recording(folder)
    meta, arrays = export(model, recipe, shape)
    recording.write_bytes("weights/00004.bin", wire.pack({**meta, "index": 4, "step": 40}, arrays))
    return recording, model


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
@pytest.mark.parametrize(
    "net, hidden, latent_dim, shape",
    [("mlp", (33,), 2, (7, 9)), ("conv", (6, 9), 2, (28, 28)), ("conv", (5,), 5, (6, 10)), ("conv", (3, 4, 5), 2, (32, 32))],
)
def test_decoding_equals_pytorch(tmp_path, likelihood, net, hidden, latent_dim, shape):
    recipe = Recipe(net=net, hidden=hidden, latent_dim=latent_dim, likelihood=likelihood)
    recording, model = keep(tmp_path, recipe, shape)
    z = 2 * torch.randn(5, latent_dim, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = model.image(z).numpy()
    found = network.decode(recording, z.numpy())
    assert found.dtype == np.uint8
    assert found.shape == (5, math.prod(shape))
    np.testing.assert_allclose(found / 255, expected, atol=0.5 / 255 + 1e-3)
    assert np.std(found) > 5


@pytest.mark.parametrize("stride, padding, size", [(1, 0, 3), (2, 1, 3), (2, 1, 4), (3, 2, 5)])
def test_convolutions_equal_pytorch(stride, padding, size):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 11, 9, generator=generator)
    for layer, run in (
        (torch.nn.Conv2d(3, 4, size, stride, padding), network._conv),
        (torch.nn.ConvTranspose2d(3, 4, size, stride, padding), network._conv_transpose),
    ):
        with torch.no_grad():
            out = layer(x)
            operation = {"stride": stride, "padding": padding, "in": [3, 11, 9], "out": list(out.shape[1:])}
            found = run(operation, x.flatten(1).numpy(), layer.weight.numpy(), layer.bias.numpy())
        np.testing.assert_allclose(found, out.flatten(1).numpy(), atol=1e-5)


def test_what_cannot_be_decoded_is_said(tmp_path):
    recording, _ = keep(tmp_path, Recipe(hidden=(4,)), (2, 2))
    with pytest.raises(ValueError, match="has 2 numbers, not 3"):
        network.decode(recording, np.zeros((1, 3)))
    with pytest.raises(RecordingError):
        network.decode(recording, np.zeros((1, 2)), 5)
    with pytest.raises(ValueError, match="no weights yet"):
        network.decode(Recording(tmp_path / "none"), np.zeros((1, 2)))
    strange = {"encoder": [], "decoder": [{"op": "attention"}], "latent_dim": 2, "likelihood": "bernoulli"}
    recording.write_bytes("weights/00006.bin", wire.pack(strange, {}))
    with pytest.raises(ValueError, match="'attention' is not known"):
        network.decode(recording, np.zeros((1, 2)))


def test_a_model_is_told_the_label_that_is_asked_for_and_no_other(tmp_path):
    recording, model = keep(tmp_path, Recipe(hidden=(6,), conditional=True), (3, 3))
    z, labels = np.ones((2, 2), np.float32), np.array([7, 0])
    with torch.no_grad():
        expected = model.given(torch.tensor(labels)).image(torch.ones(2, 2)).numpy()
    assert np.abs(expected[0] - expected[1]).max() > 0.01
    np.testing.assert_allclose(network.decode(recording, z, labels=labels) / 255, expected, atol=3e-3)
    for strange in (-1, 10):
        with pytest.raises(ValueError, match="labels 0 to 9"):
            network.decode(recording, z, labels=np.array([0, strange]))


def test_weights_without_their_encoder_still_decode(tmp_path):
    recording, model = keep(tmp_path, Recipe(hidden=(6,)), (3, 3))
    whole = recording.weights_bytes(4)
    meta, arrays = wire.unpack(network.without_encoder(whole))
    assert meta == wire.unpack(whole)[0]
    assert {name.split(".")[0] for name in arrays} == {"decoder"}
    recording.write_bytes("weights/00004.bin", network.without_encoder(whole))
    with torch.no_grad():
        np.testing.assert_allclose(network.decode(recording, np.ones((1, 2))) / 255, model.image(torch.ones(1, 2)), atol=3e-3)
    for blob in (b"weights", wire.pack({}, {}), wire.pack({"encoder": [1]}, {})):
        with pytest.raises(wire.WireError):
            network.without_encoder(blob)


@pytest.mark.parametrize("classes", ["x", {}])
def test_weights_that_say_nonsense_of_labels_are_told_and_not_drawn(tmp_path, classes):
    recording, _ = keep(tmp_path, Recipe(hidden=(8,), conditional=True), (6, 6))
    meta, arrays = wire.unpack(recording.weights_bytes(4))
    recording.write_bytes("weights/00004.bin", wire.pack({**meta, "classes": classes}, arrays))
    with pytest.raises(ValueError, match="not a network"):
        network.decode(recording, np.zeros((1, 2), np.float32))
