"""The latent map at work in a real browser: its pace while a run trains, layers that only some models have, networks it cannot run."""

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from screen import FIRST, drawn, on, sized
from test_latent_map_browser import DIFFERENT, INK, SEEN, keep, open_map, rest

from jobs.settings import pretrained_folder
from ui import network
from vae_core import wire
from vae_core.pretrain import record
from vae_core.recipes import Recipe
from vae_core.recording import Recording

WEIGHTS = "**/api/runs/{}/weights/*"
VAE = Recording(pretrained_folder() / "digits-vae")


def change_weights(page, change, recording=VAE, name="p-digits-vae"):
    """Serve a run's weights as ``change(meta, arrays)`` makes them."""

    def answer(route):
        index = int(re.search(r"weights/(\d+)", route.request.url)[1])
        meta, arrays = change(*wire.unpack(recording.weights_bytes(index)))
        route.fulfill(body=wire.pack(meta, arrays), content_type="application/octet-stream")

    page.route(WEIGHTS.format(name), answer)


@pytest.fixture
def training(page):
    """A page whose runs seem to train, and whose pictures never come to rest."""
    open_map(page, "/train")
    page.evaluate(f"{FIRST}.columns.forEach(c => {{ c.recording.status.state = 'running'; c.work = () => true; }}); {FIRST}.ask()")
    page.wait_for_timeout(300)
    return page


def draws(page, milliseconds):
    """How often the map is drawn in a while."""
    page.evaluate(f"{FIRST}.stats.draws.splice(0)")
    page.wait_for_timeout(milliseconds)
    return page.evaluate(f"{FIRST}.stats.draws.length")


def test_while_a_run_trains_the_map_redraws_itself_seldom_but_follows_the_hand_at_once(training):
    assert 4 <= draws(training, 1000) <= 18
    training.evaluate(f"{FIRST}.columns.forEach(c => {{ c.recording.status.state = 'done'; }})")
    assert draws(training, 1000) > 30
    training.evaluate(f"{FIRST}.columns.forEach(c => {{ c.recording.status.state = 'running'; }})")
    later = training.evaluate(
        f"""async () => {{ await new Promise((done) => setTimeout(done, 200));
            {FIRST}.stats.draws.splice(0);
            {FIRST}.columns[1].nudge(0, 1, false);
            await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);
            return {FIRST}.stats.draws.length; }}"""
    )
    assert later >= 1


def test_what_is_out_of_sight_waits_until_it_is_seen(page):
    page.set_viewport_size({"width": 1280, "height": 420})
    open_map(page, "/train")
    samples = f"{FIRST}.columns[0].samples"
    page.wait_for_function(f"!{FIRST}.sight.sees({samples}.root) && !{FIRST}.sight.sees({FIRST}.curves.root)")
    page.evaluate(f"{FIRST}.columns.forEach(c => {{ c.recording.status.state = 'running'; }})")
    before = page.evaluate(f"{samples}.serial")
    page.evaluate(f"{FIRST}.player.seek(2); {FIRST}.ask()")
    page.wait_for_function(f"{FIRST}.columns[0].frame.index == 2")
    page.wait_for_timeout(500)
    assert page.evaluate(f"{samples}.serial") == before
    page.locator(".strips").first.scroll_into_view_if_needed()
    page.wait_for_function(f"{samples}.serial == {FIRST}.columns[0].moment.serial")
    assert page.problems == []


def test_the_words_over_the_samples_count_what_is_there(page):
    open_map(page, "/train")
    strip = page.get_by_label(re.compile("^[0-9]+ images decoded from fixed draws")).first
    count = VAE.frame(0).samples.shape[0]
    expect(strip).to_have_attribute("aria-label", re.compile(f"^{count} images"))
    shape = strip.evaluate("c => [c.width, c.height]")
    assert shape == [9 * min(count, 10) - 1, 9 * -(-count // 10) - 1]  # no row is empty


def test_the_other_layers_wait_behind_a_button_and_keys_open_it(page):
    maps = open_map(page, "/")
    density = page.get_by_role("button", name="Density")
    more = page.get_by_role("button", name="More layers")
    expect(density).to_be_hidden()
    expect(page.locator(".toolbar button:visible")).to_have_count(5)
    more.click()
    expect(density).to_be_visible()
    page.get_by_role("button", name="Fewer layers").click()
    expect(density).to_be_hidden()
    maps.first.focus()
    page.keyboard.press("d")
    expect(density).to_be_visible()
    expect(density).to_have_attribute("aria-pressed", "true")


@on(sized(1280, 900), sized(1280, 900, "dark"))
def test_layers_that_only_some_models_have(page):
    random = np.random.default_rng(0)
    beside = {
        "prior.samples": random.normal([3, 3], 0.3, (500, 2)).astype(np.float16),
        "codebook": random.normal(size=(9, 2)).astype(np.float16),
        "codebook.usage": np.arange(9, dtype=np.float32),
        "spread": random.uniform(size=(6, 6)).astype(np.float16),
        "spread.box": np.array([-3, 3, -3, 3], np.float32),
    }
    change_weights(page, lambda meta, arrays: (meta, arrays | beside))
    maps = open_map(page, "/")
    for key in "KUR":
        page.locator("canvas[role=application]").nth(1).focus()
        before = maps.nth(1).evaluate(INK)
        keep(maps.nth(1))
        other = maps.first.evaluate(INK)
        page.keyboard.press(key)
        rest(page)
        expect(page.locator(f"button[aria-keyshortcuts={key}]")).to_be_visible()
        assert maps.nth(1).evaluate(DIFFERENT) > SEEN, key
        assert key == "R" or maps.first.evaluate(INK) == other, key
        page.keyboard.press(key)
        rest(page)
        assert maps.nth(1).evaluate(INK) == before, key
    page.keyboard.press("H")
    expect(page.locator(".facts").nth(1)).to_contain_text("% of the prior's mass")
    assert page.evaluate(f"{FIRST}.columns[1].layers.holes.share") > 0.8  # all of this prior lies where no codes are
    assert page.problems == []


def test_models_without_them_have_no_such_layers(page):
    open_map(page, "/").first.focus()
    for key in "KU":
        expect(page.locator(f"button[aria-keyshortcuts={key}]")).to_be_hidden()
        page.keyboard.press(key)
    assert page.evaluate(f"[{FIRST}.show.codebook, {FIRST}.show.spread]") == [True, False]


def strange(meta, arrays):
    return meta | {"decoder": [{**meta["decoder"][0], "op": "attention"}, *meta["decoder"][1:]]}, arrays


def test_what_the_browser_cannot_decode_the_server_decodes_when_the_hand_lets_go(page):
    change_weights(page, strange)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/decode/" in request.url else None)
    page.goto("/")
    page.wait_for_function(f"globalThis.__latentMaps?.[0]?.columns.length == 2 && {FIRST}.columns[1].far?.busy === false")
    expect(page.locator(".state").nth(1)).to_have_text("This network cannot run in the browser.")
    expect(page.locator(".note").nth(1)).to_have_text("decoded by the server, when you let go")
    assert len(asked) == 1
    maps = page.locator("canvas[role=application]")
    box = maps.nth(1).bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    for step in range(6):
        page.mouse.move(box["x"] + 60 + 10 * step, box["y"] + 60)
        page.wait_for_timeout(30)
    assert len(asked) == 1
    page.mouse.up()
    page.wait_for_function(f"!{FIRST}.columns[1].far.busy && !{FIRST}.raf")
    assert len(asked) == 2
    shown, z = page.evaluate(f"[[...{FIRST}.columns[1].far.pixels], [...{FIRST}.columns[1].z]]")
    expected = network.decode(VAE, np.array([z], np.float32))[0]
    np.testing.assert_allclose(np.array(shown) * 255, expected, atol=1)
    page.mouse.move(5, 5)
    expect(page.locator("figcaption", has_text="nearest image")).to_have_count(1)

    page.locator("input[type=range][aria-label='z₁']").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"!{FIRST}.columns[1].far.busy && {FIRST}.columns[1].z[0] != {z[0]}")
    page.wait_for_timeout(100)
    assert len(asked) == 3
    page.unroute(WEIGHTS.format("p-digits-vae"))
    page.route("**/decode/**", lambda route: route.fulfill(status=422, body="no"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".note").nth(1)).to_have_text("The server cannot draw it either.")


@pytest.fixture(scope="module")
def conditional(run_store, tmp_path_factory):
    """A run of a model that is told labels."""
    recipe = Recipe(conditional=True, hidden=(16,), epochs=2)
    return record(recipe.id, recipe, run_store, tmp_path_factory.mktemp("data"))


def test_the_server_is_told_the_label_that_was_chosen(page, conditional):
    change_weights(page, strange, conditional, conditional.id)
    page.goto(f"/explore?runs={conditional.id}")
    column = f"{FIRST}.columns[0]"
    drawn(page, 1)
    page.wait_for_function(f"{column}?.far?.busy === false && {column}.far.pixels")
    page.get_by_role("radio", name="7", exact=True).click()
    with page.expect_request(re.compile("/decode/.*label=4")):
        page.get_by_role("radio", name="4", exact=True).click()
    page.wait_for_function(f"!{column}.far.busy && !{FIRST}.raf")
    shown, z = page.evaluate(f"[[...{column}.far.pixels], [...{column}.z]]")
    expected = network.decode(conditional, np.array([z], np.float32), labels=np.array([4]))[0]
    np.testing.assert_allclose(np.array(shown) * 255, expected, atol=1)
    assert page.problems == []


@pytest.mark.parametrize("kept", [1, 0])
def test_without_routes_the_map_says_that_this_browser_cannot_decode_a_network(page, kept):
    scripts = []  # that the browser has kept from a time when there were routes

    def answer(route):
        if "/instrument/" in route.request.url and len(scripts) < kept:
            scripts.append(route.continue_())
        else:
            route.fulfill(status=404, body="no")

    page.route("**/api/**", answer)
    page.goto("/explore?runs=p-digits-vae")
    column = f"{FIRST}.columns[0]"
    drawn(page, 1)
    page.wait_for_function(f"{column}?.transport == 'inline' && {column}.network")
    key = page.evaluate(f"{column}.recording.keyFrame({column}.frame)")
    body = wire.pack(*strange(*wire.unpack(VAE.weights_bytes(key))))
    page.evaluate(
        f"""([key, body]) => {{ const c = {column};
            c.feed.blobs.set(key, Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)));
            c.shelf.kept.clear();
            c.network = null;
            {FIRST}.ask(); }}""",
        [key, base64.b64encode(body).decode()],
    )
    expect(page.locator(".state")).to_have_text("This network cannot run in the browser.")
    expect(page.locator(".note")).to_have_text("This browser cannot decode it, and here the server cannot be asked.")
    expect(page.locator(".frame.empty")).not_to_have_count(0)
    page.get_by_label("z₁").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"!{column}.far.busy && !{FIRST}.raf")
    expect(page.locator("figcaption", has_text="nearest image")).to_have_count(1)
    assert [text for text in page.problems if "404" not in text] == []  # those are ours


def test_weights_come_without_the_encoder_until_it_is_wanted(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/weights/" in request.url else None)
    open_map(page, "/").first.focus()
    assert len(asked) == 2
    assert all(url.endswith("?part=decoder") for url in asked)
    page.keyboard.press("g")
    page.wait_for_function(f"{FIRST}.columns.every(c => c.layers.warp.shown)")
    assert [url.endswith("?part=decoder") for url in asked] == [True, True, False, False]
    asked.clear()
    page.goto("/explore")
    page.wait_for_function(f"globalThis.__latentMaps?.[0]?.columns.length == 2 && {FIRST}.columns.every(c => c.network)")
    assert len(asked) == 2
    assert not any(url.endswith("?part=decoder") for url in asked)


def test_a_board_whose_script_comes_after_a_change_of_theme_is_alive(page):
    held = []
    page.route("**/api/instrument/*.js", lambda route: held.append(route))
    page.goto("/")
    page.locator(".latent-map").wait_for(state="attached", timeout=30_000)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1000)
    for route in held:
        route.continue_()
    drawn(page)
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.__latentMaps.map((board) => board.raf >= 0)") == [True]
    assert page.problems == []
