"""Each kind of model, trained by the app's engine, on every page: without a browser one by one, and in a real one side by side."""

import pytest
from playwright.sync_api import expect
from screen import FIRST, canvas_ink, drawn, fine, full_charts, go
from test_pages import FakeEngine, open_page
from variants import VARIANTS, short
from waiting import until

from jobs.engine import Engine
from jobs.settings import pretrained_folder
from jobs.shelves import Shelves
from jobs.store import Store
from ui import cached
from ui.student import HERE

PAGES = ("home", "train", "compare", "explore", "losses", "models")
TOGETHER = 4
GROUPS = [list(VARIANTS)[at : at + TOGETHER] for at in range(0, len(VARIANTS), TOGETHER)]
PAD = "canvas.pad"


@pytest.fixture(scope="module")
def trained(run_store, scheduler):
    """Every variant's run: name → id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_SCHEDULER", scheduler)
        engine = Engine(Store(run_store, pretrained_folder()))
        try:
            ids = {name: engine.start(short(name), name) for name in VARIANTS}
            until(lambda: not engine.active(), 600)
            states = {name: engine.store.get(run_id).status.state for name, run_id in ids.items()}
            assert set(states.values()) == {"done"}, states
        finally:
            engine.close()
    for run_id in ids.values():
        Shelves(run_store).put(HERE, run_id)
    return ids


@pytest.mark.parametrize("name", VARIANTS)
def test_every_page_shows_every_variant(trained, run_store, monkeypatch, name):
    engine = FakeEngine(Store(run_store, pretrained_folder()))
    monkeypatch.setattr(cached, "get_engine", lambda: engine)
    for page in PAGES:
        app = open_page(page, runs=trained[name])
        assert not app.exception, page
        assert not app.error, page
        assert not app.warning, page
    app = open_page("compare", runs=trained[name])
    assert any("the prior is not N(0, I)" in caption.value for caption in app.caption) == own_prior(name)
    app.session_state["selected_images"] = ("digits", [3, 5])
    app.run()
    assert not app.exception
    assert len(app.get("image")) == 2  # the originals, and what the model makes of them


def test_a_real_browser_shows_every_variant(trained, page):
    for names in GROUPS:
        page.goto(f"/train?runs={','.join(trained[name] for name in names)}")
        for title in ("Train live", "Explore a latent space"):
            go(page, title)
            drawn(page, len(names))
            see_maps(page, names)
        go(page, "Compare latent spaces")
        expect(page.locator(".js-plotly-plot")).to_have_count(len(names), timeout=30_000)
        full_charts(page)
        fine(page)
        go(page, "Losses")
        expect(page.get_by_text("Try next")).to_be_visible(timeout=30_000)
        expect(page.locator(".js-plotly-plot")).not_to_have_count(0)
        full_charts(page)
        fine(page)


def see_maps(page, names):
    """Each model's network runs here, its map is drawn, and it has the layers that are its own."""
    page.wait_for_function(f"!{FIRST}.raf && {FIRST}.columns.every(c => c.network && !c.recording.problem && !c.shelf.unable)")
    page.wait_for_function(f"{FIRST}.columns.every(c => !c.extras.prior || c.layers.prior.shown)")
    found = page.evaluate(f"{FIRST}.columns.map(({{ extras }}) => [extras.prior, extras.codebook, extras.spread].map(Boolean))")
    assert found == [[own_prior(name), short(name).posterior == "codes", short(name).weights == "gaussian"] for name in names]
    maps = page.locator("canvas[role=application]")
    assert all(canvas_ink(maps.nth(place)) > 5 for place in range(len(names)))
    fine(page)


def own_prior(name):
    return short(name).prior != "normal" or short(name).posterior == "codes"


def test_the_pad_draws_for_codes_and_labels_and_says_why_not_for_a_bent_cloud(trained, page):
    names = ("VQ-VAE", "Conditional VAE", "Semi-supervised VAE", "Flow posterior")
    page.goto(f"/explore?runs={','.join(trained[name] for name in names)}")
    drawn(page, len(names))
    page.wait_for_function(f"{FIRST}.columns.every(c => c.network)")
    page.locator(PAD).scroll_into_view_if_needed()
    box = page.locator(PAD).bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_function(f"{FIRST}.columns.slice(0, 3).every(c => c.drawn)")
    assert page.evaluate(f"{FIRST}.columns[3].drawn") is None
    expect(page.locator(".drawing")).to_contain_text("VAE, flow posterior: no drawing here")
    expect(page.locator(".pictures figure")).to_have_count(4)  # what the encoder sees, and three reconstructions

    z, words = page.evaluate(f"[[...{FIRST}.columns[0].z], [...{FIRST}.columns[0].extras.codebook.codes]]")
    size = short("VQ-VAE").latent_dim
    book = {tuple(words[at : at + size]) for at in range(0, len(words), size)}
    assert {tuple(z[at : at + size]) for at in range(0, len(z), size)} <= book

    assert page.evaluate(f"{FIRST}.columns.map(c => c.network.classes)") == [0, 10, 10, 0]
    fine(page)
