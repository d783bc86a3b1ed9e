"""Codes, labels and classifiers in the browser, against PyTorch."""

import math

import numpy as np
import pytest
import torch
from node import run_js
from test_latent_map_js import round_to_half

from ui import network
from vae_core import wire
from vae_core.build import build
from vae_core.export import export
from vae_core.recipes import Recipe
from vae_core.recording import Recording

PARTS = ("wire", "extras", "network", "noise", "moment", "blend")
MODELS = {
    "codes": Recipe(posterior="codes", hidden=(20,), codebook=9, slots=3),
    "codes-conv": Recipe(posterior="codes", net="conv", hidden=(5, 6), codebook=9, slots=4, latent_dim=3),
    "conditional": Recipe(conditional=True, hidden=(20, 12)),
    "conditional-conv": Recipe(conditional=True, net="conv", hidden=(5, 6)),
    "conditional-codes-conv": Recipe(conditional=True, posterior="codes", net="conv", hidden=(5, 6), slots=4),
    "semi": Recipe(labels=20, hidden=(20,)),
    "bayesian": Recipe(weights="gaussian", hidden=(20,)),
}
SHAPE = (8, 8)


def made(recipe):
    model = build(recipe, SHAPE)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "log_sigma" not in name:
                parameter.mul_(3)
        if recipe.posterior == "codes":
            words = torch.randn(recipe.codebook, recipe.latent_dim, generator=torch.Generator().manual_seed(2))
            model.posterior.head.words.copy_(words.half().float())
    round_to_half(model)
    return model


@pytest.mark.parametrize("name", MODELS)
def test_the_browser_encodes_and_decodes_as_pytorch_does(name, tmp_path):
    recipe = MODELS[name]
    model = made(recipe)
    x = torch.rand(6, math.prod(SHAPE), generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 3, 9, 3, 1, 0])
    with torch.no_grad():
        read = model.read(x).argmax(-1) if recipe.labels else labels
        q = model.told_or_read(x, labels).encode(x)
        image = model.given(labels).image(q.mean)
    meta, arrays = export(model, recipe, SHAPE)
    blob = wire.pack({**meta, "index": 0, "step": 0}, arrays)
    answer = run_js(
        PARTS,
        """const network = networkFrom(blob);
        return x.map((row, i) => {
            network.tell(labels[i]);
            const { mu, label } = network.encode(Float32Array.from(row));
            return { mu: [...mu], label, image: [...network.decode(mu)] };
        });""",
        blob=blob,
        x=x.tolist(),
        labels=labels.tolist(),
    )
    np.testing.assert_allclose([one["mu"] for one in answer], q.mean.numpy(), atol=1e-3)
    np.testing.assert_allclose([one["image"] for one in answer], image.numpy(), atol=1e-3)
    assert np.std([one["image"] for one in answer]) > 0.02
    assert [one["label"] for one in answer] == (read.tolist() if recipe.told else [0] * 6)
    recording = Recording(tmp_path)
    for body in (blob, network.without_encoder(blob)):
        recording.write_bytes("weights/00000.bin", body)
        ours = network.decode(recording, q.mean.numpy(), labels=labels.numpy())
        np.testing.assert_allclose(ours / 255, image.numpy(), atol=0.003)


def test_another_label_gives_another_picture_and_a_new_serial():
    model = made(MODELS["conditional"])
    meta, arrays = export(model, MODELS["conditional"], SHAPE)
    answer = run_js(
        PARTS,
        """const network = networkFrom(blob), z = Float32Array.from([0.5, -1]);
        const at = (label) => { network.tell(label); return [network.serial, ...network.decode(z)]; };
        return [at(0), at(4), at(4), at(99)];""",
        blob=wire.pack({**meta, "index": 0, "step": 0}, arrays),
    )
    first, other, again, unknown = answer
    assert np.abs(np.subtract(first, other))[1:].max() > 0.01
    assert first[0] != other[0]
    assert other == again == unknown


def test_a_mix_of_two_networks_keeps_codes_and_labels_in_step():
    recipe = MODELS["conditional-codes-conv"]
    envelopes = []
    for scale in (1, 2):
        model = made(recipe)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(scale)
        meta, arrays = export(model, recipe, SHAPE)
        envelopes.append(wire.pack({**meta, "index": 0, "step": 10 * (scale - 1)}, arrays))
    answer = run_js(
        PARTS,
        """const [a, b] = [networkFrom(early), networkFrom(late)], z = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
        const mixed = new NetworkBlend().at(5, a, b);
        const at = (network, label) => { network.tell(label); return [...network.decode(z)]; };
        return [at(mixed, 0), at(mixed, 7), [...mixed.encode(new Float32Array(64)).mu], mixed.extras.codebook.codes.length];""",
        early=envelopes[0],
        late=envelopes[1],
    )
    assert np.abs(np.subtract(answer[0], answer[1])).max() > 1e-3
    assert len(answer[2]) == 8
    assert answer[3] == recipe.codebook * 8
