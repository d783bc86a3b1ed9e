"""The board as a whole, on a page that is made up: what it keeps when runs come and go, what the hand does, what is said aloud."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import fabricate
from test_latent_map_js import run_after, run_js

from ui.components.latent_map import MapRun, script
from ui.components.latent_map.payload import pack_payload
from vae_core import wire
from vae_core.recipes import AE, VAE

PAGE = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
PANELS = ["map", "image", "timeline", "interpolation", "curves"]
CLOTHES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")
DEEP = dataclasses.replace(VAE, latent_dim=4)


def run_board(body, **given):
    """The value of ``return`` in ``body``, run after the board's script, where ``new Host()`` stands for Streamlit."""
    return run_after(PAGE + script().replace("export default function", "function mount"), body, **given)


@pytest.fixture
def shown(tmp_path):
    """Makes what the page is sent to show runs: pairs of a title and a recipe, or a recording."""
    kept = {}

    def recording(recipe):
        if recipe.id not in kept:
            kept[recipe.id] = fabricate(tmp_path / recipe.id, recipe)
        return kept[recipe.id]

    def message(*pairs):
        runs, recordings = [], []
        for title, of in pairs:
            one = of if hasattr(of, "probe") else recording(of)
            recipe = one.recipe
            begun = one.status.created
            runs.append(MapRun(one.path.name, title, "#0072b2", "Bernoulli", recipe.posterior, recipe.latent_dim, begun))
            recordings.append(SimpleNamespace(id=one.path.name, recording=one))
        meta, arrays = wire.unpack(pack_payload(recordings))
        settings = {"runs": [dataclasses.asdict(run) for run in runs], "panels": PANELS, "transport": "inline", "shared_axes": True}
        colors = {"class_colors": ["#000000"] * 10, "prior_color": "#000000", "spread_color": "#000000"}
        return wire.pack({**meta, **settings, **colors}, arrays)

    return message


@pytest.fixture
def clothes(tmp_path):
    """A run on images of clothes."""
    recording = fabricate(tmp_path / "clothes", dataclasses.replace(VAE, seed=5), seed=3)
    recording.write_bytes("probe.bin", dataclasses.replace(recording.probe, classes=CLOTHES).pack())
    return recording


def test_curves_are_told_in_words_also_where_there_are_none(shown):
    labels = run_board(
        """const board = await new Host().show(data);
        return board.curves.groups.map(({ panels }) => panels.map(({ canvas }) => canvas.getAttribute("aria-label")));""",
        data=shown(("AE", AE)),
    )
    assert labels == [
        [
            "Distortion in nats per image: AE 28.0 on test at step 30",
            "Rate (KL): An autoencoder has no rate.",
            "Total loss in nats per image: AE 28.0 on test at step 30",
        ]
    ]


def test_numbers_are_set_as_in_print():
    assert run_js(("dom",), "return [-0.001, 0, -1.5, 2].map((value) => signed(value));") == ["0.00", "0.00", "−1.50", "2.00"]
    body = """const canvas = { setAttribute: (name, text) => { canvas[name] = text; } }, frames = [{ step: 12345, test: { loss: -3.25 } }];
        Curves.prototype.describe({ term: "loss", title: "Total loss", canvas }, [{ run: { title: "VAE" }, frames }],
          (frame, part) => frame[part].loss);
        return canvas["aria-label"];"""
    assert run_js(("dom", "curves"), body) == "Total loss in nats per image: VAE −3.3 on test at step 12,345"
