"""What a weights blob may carry beside the network: draws from the model's own prior, a codebook, the decoder's spread."""

import numpy as np
import pytest
from conftest import fabricate_weights
from node import run_js

from vae_core import wire
from vae_core.recipes import VAE


def blob(**beside):
    """A network of one layer with more arrays in its envelope; ``__`` in a name stands for a dot."""
    meta, arrays = wire.unpack(fabricate_weights(VAE, 3, np.random.default_rng(0)))
    return wire.pack(meta, arrays | {name.replace("__", "."): array for name, array in beside.items()})


READ = """const { prior, codebook, spread } = networkFrom(blob).extras;
    const flat = (part) => part && Object.fromEntries(Object.entries(part).map(([name, value]) =>
        [name, value instanceof Float32Array ? [...value] : value]));
    return { prior: flat(prior), codebook: flat(codebook), spread: flat(spread) };"""
PARTS = ("wire", "extras", "network", "noise", "moment", "blend")


def test_what_is_there_is_read_and_what_is_not_is_null():
    draws = np.random.default_rng(1).normal(size=(5, 2)).astype(np.float16)
    codes = np.arange(6, dtype=np.float16).reshape(3, 2)
    full = blob(
        prior__samples=draws,
        codebook=codes,
        codebook__usage=np.array([4, 0, 1], np.int32),
        spread=np.eye(4, dtype=np.float16),
        spread__box=np.array([-1, 2, -3, 4], np.float32),
    )
    found = run_js(PARTS, READ, blob=full)
    assert found["prior"] == {"codes": draws.astype(float).ravel().tolist(), "count": 5}
    assert found["codebook"] == {"codes": list(range(6)), "count": 3, "usage": [4, 0, 1]}
    assert found["spread"] == {"values": np.eye(4).ravel().tolist(), "side": 4, "box": {"x0": -1, "x1": 2, "y0": -3, "y1": 4}}
    assert run_js(PARTS, READ, blob=blob()) == {"prior": None, "codebook": None, "spread": None}
    assert run_js(PARTS, READ, blob=blob(codebook=codes))["codebook"]["usage"] is None


def test_what_does_not_fit_the_model_is_left_out():
    odd = blob(prior__samples=np.zeros((5, 3), np.float16), codebook=np.zeros((4, 1), np.float16), spread=np.zeros((2, 2), np.float16))
    assert run_js(PARTS, READ, blob=odd) == {"prior": None, "codebook": None, "spread": None}
    short = blob(codebook=np.zeros((4, 2), np.float16), codebook__usage=np.zeros(3, np.float16))
    assert run_js(PARTS, READ, blob=short)["codebook"]["usage"] is None


def test_a_mix_of_two_networks_has_what_the_earlier_one_has():
    early, late = blob(codebook=np.full((1, 2), 3, np.float16)), blob(codebook=np.full((1, 2), 5, np.float16))
    body = """const [a, b] = [networkFrom(early), networkFrom(late)]; b.step = 99;
        return [...new NetworkBlend().at(50, a, b).extras.codebook.codes];"""
    assert run_js(PARTS, body, early=early, late=late) == [3, 3]


def test_without_the_encoders_weights_a_network_draws_but_does_not_encode():
    from ui.network import without_encoder

    body = """const [a, b, whole] = [networkFrom(half), networkFrom(half), networkFrom(full)]; b.step = 99; whole.step = 120;
        const blend = new NetworkBlend();
        const z = Float32Array.from([1, -1]);
        const drawn = [...a.decode(z)], mixed = [...blend.at(50, a, b).decode(z)];
        return { can: [a.canEncode, blend.at(50, a, b).canEncode, blend.at(100, b, whole).canEncode, whole.canEncode],
                 same: drawn.every((value, i) => value === whole.decode(z)[i]),
                 mixed: drawn.every((value, i) => Math.abs(value - mixed[i]) < 1e-6) };"""
    answer = run_js(PARTS, body, half=without_encoder(blob()), full=blob())
    assert answer == {"can": [False, False, False, True], "same": True, "mixed": True}


HOLES = """const mixture = Mixture.smoothed(Float32Array.from(points), null, flat);
    const holes = new Holes();
    const prior = new SampledPrior(Float32Array.from(draws), flat, HOLE_CELLS);
    holes.want("a", () => ({ mixture, places: Float32Array.from(points), prior }));
    while (holes.busy) holes.advance(performance.now() + 5);
    return { share: holes.share, left: holes.at([-4, 0]), right: holes.at([4, 0]), middle: holes.at([0, 0]) };"""


@pytest.mark.parametrize("flat", [False, True])
def test_holes_are_counted_in_the_models_own_prior(flat):
    random = np.random.default_rng(2)

    def clusters(count, *places):
        return np.concatenate([random.normal(place, [0.5, 0.5], (count, 2)) for place in places]).ravel().tolist()

    both = clusters(1000, (-4, 0), (4, 0))
    names = ("dom", "box", "density", "holes", "prior")
    filled = run_js(names, HOLES, points=clusters(1000, (-4, 0), (4, 0)), draws=both, flat=flat)
    assert filled["share"] < 0.07
    assert [filled[place] for place in ("left", "right", "middle")] == [False] * 3  # the prior never draws from the middle
    half = run_js(names, HOLES, points=clusters(1000, (-4, 0)), draws=both, flat=flat)
    assert half["share"] == pytest.approx(0.5, abs=0.05)
    assert (half["left"], half["right"], half["middle"]) == (False, True, False)
