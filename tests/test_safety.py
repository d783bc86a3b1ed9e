"""What is hostile: files with code in them, words with markup in them, addresses without end. The rest of it stands in test_bundle (zips of
runs), test_own_images (uploads), test_store and test_routes (paths), test_state (addresses)."""

import dataclasses
import itertools
import pickle
import re
import struct

import numpy as np
import pytest
import safetensors.numpy
from conftest import fabricate
from test_pages import PAGES, messages, open_page

from jobs.results import Results
from jobs.shelves import HERE, Shelves
from ui import state
from vae_core import own_data
from vae_core.build import build
from vae_core.checkpoint import CheckpointError, dump, restore
from vae_core.experiments.trained import Trained
from vae_core.keys import key
from vae_core.recipes import VAE, Recipe
from vae_core.splits import NoData

SMALL = Recipe(hidden=(8,))
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "[x](http://evil.example)",
    "![y](http://evil.example/y.png)",
    "<script>alert(2)</script>",
    "$\\href{http://evil.example}{z}$",
)


def active(said):
    """What of a text is Markdown or HTML: all but letters that a backslash makes plain."""
    return re.sub(r"\\[^\w\s]", "", said)


class Trap:
    """Whoever unpickles this leaves a trace."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def trap(tmp_path):
    """A pickle that acts, and the place where one sees that it did."""
    trace = tmp_path / "trace"
    body = pickle.dumps(Trap(trace))
    pickle.loads(body).close()
    assert trace.exists(), "the trap does not work"
    trace.unlink()
    return body, trace


@pytest.mark.parametrize(
    "file",
    ["recipe.json", "status.json", "probe.bin", "frames/00003.bin", "weights/00003.bin", "metrics.json", "name.json", "model.safetensors"],
)
def test_a_pickle_in_a_run_is_never_opened(engine, recordings, trap, file):
    body, trace = trap
    (recordings["runs"] / recordings["flat"] / file).write_bytes(body)
    for page in PAGES:
        app = open_page(page, runs=f"{recordings['flat']},p-digits-vae")
        assert not app.exception
    assert not trace.exists()


def test_a_pickle_for_results_shelves_pictures_and_models_is_never_opened(tmp_path, trap):
    body, trace = trap
    results = Results(tmp_path / "results")
    results.put("a" * 32, body)
    assert results.get("a" * 32) is None
    shelf = tmp_path / ".shelves" / f"{key('ann')}.json"
    shelf.parent.mkdir()
    shelf.write_bytes(body)
    assert Shelves(tmp_path).of("ann") == {}
    pictures = tmp_path / "own-0123456789abcdef"
    pictures.mkdir()
    (pictures / own_data.FILE).write_bytes(body)
    with pytest.raises(NoData):
        own_data.read(pictures.name, tmp_path)
    for attempt in (lambda: restore(body, SMALL, (8, 8)), lambda: Trained.restore(SMALL, body, tmp_path)):
        with pytest.raises(CheckpointError, match="not a saved model"):
            attempt()
    assert not trace.exists()


def tampered(edit):
    tensors = safetensors.numpy.load(dump(build(SMALL, (8, 8))))
    edit(tensors)
    return safetensors.numpy.save(tensors)


def first(tensors):
    return min(tensors)


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: t.update({first(t): t[first(t)][:-1]}),
        lambda t: t.update({first(t): np.full_like(t[first(t)], np.nan)}),
        lambda t: t.update({first(t): np.full_like(t[first(t)], np.inf)}),
        lambda t: t.update(evil=np.zeros(2, np.float32)),
        lambda t: t.pop(first(t)),
        lambda t: t.update({first(t): t[first(t)][None]}),
    ],
    ids=["another shape", "NaN", "infinite", "one too many", "one too few", "one axis more"],
)
def test_a_tampered_model_is_refused(edit):
    with pytest.raises(CheckpointError, match="does not fit its recipe"):
        restore(tampered(edit), SMALL, (8, 8))


@pytest.mark.parametrize(
    "body", [b"", struct.pack("<Q", 2**62) + b"{}", struct.pack("<Q", 8) + b"not json", dump(build(SMALL, (8, 8)))[:-9]]
)
def test_a_model_that_is_cut_or_no_model_is_refused(body):
    with pytest.raises(CheckpointError, match="not a saved model"):
        restore(body, SMALL, (8, 8))


def test_words_with_markup_from_a_run_are_shown_as_words(engine, recordings):
    """Classes of pictures, a name, and what a run says of itself."""
    recording = fabricate(recordings["runs"] / VAE.id, VAE)
    probe = dataclasses.replace(recording.probe, classes=(*HOSTILE, *"56789"))
    recording.write_bytes("probe.bin", probe.pack())
    recording.write_status(dataclasses.replace(recording.status, message=" ".join(HOSTILE)))
    engine.store.shelves.rename(HERE, VAE.id, HOSTILE[0] + HOSTILE[1])
    for page in PAGES:
        app = open_page(page, runs=f"{VAE.id},p-digits-vae")
        assert not app.exception
        if page == "models":
            app.button(key=f"details_{VAE.id}").click().run()
            assert not app.exception
        shown = [box.value for box in itertools.chain(app.markdown, app.caption, app.title, app.error, app.warning, app.info)]
        shown += [str(one.proto.body) for one in app.get("html")]
        said = active(" ".join(shown))
        for word in ("<img src=x", "<script", "](http", "$\\href"):
            assert word not in said, (page, said[max(0, said.find(word) - 60) : said.find(word) + 60])
        for chart in app.get("plotly_chart"):
            spec = str(chart.proto.spec).replace("\\u003c", "<").replace("\\u003e", ">")
            assert "<img src=x" not in spec, page
            assert "<script" not in spec, page


@pytest.mark.parametrize(
    "address",
    [
        {"runs": ",".join(f"{number:016x}" for number in range(5000))},
        {"runs": "," * 5000},
        {"hidden": "-".join(["64"] * 5000)},
        {"latent_dim": "9" * 5000},
        {"beta": "1e-99999"},
        {"lr": "0x10"},
        {"seed": "\u0661\u0662"},
        {"data": "own-" + "../" * 10},
        {"data": "\x00"},
        {"models": "\u202evae"},
        {"<script>": "1"},
        {"x" * 5000: "y" * 5000},
    ],
    ids=lambda address: next(iter(address))[:10] + ":" + next(iter(address.values()))[:12],
)
@pytest.mark.parametrize("page", ["home", "train", "models"])
def test_hostile_addresses_are_answered_in_a_sentence(engine, page, address):
    app = open_page(page, **address)
    assert not app.exception
    said = messages(app)
    assert len(said) < 3000
    assert "<script" not in active(said)
    assert app.session_state[state.RUNS_KEY] == list(state.DEFAULT_RUNS)
