"""The latent map in a real browser: every layer, the time line, two models under one gesture, planes through more dimensions."""

import dataclasses

import pytest
from conftest import fabricate
from playwright.sync_api import expect
from screen import FIRST, on, sized

from vae_core.recipes import VAE

LAYERS = {"P": "points", "S": "samples", "E": "ellipses", "C": "centroids", "R": "rings", "D": "density", "H": "holes"} | {
    "M": "manifold",
    "G": "warp",
    "I": "path",
    "A": "axes",
    "X": "shared",
}
# What a map shows once nothing is left to do, as one number; and whether that is so.
INK = """c => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let hash = 0;
               for (let i = 0; i < d.length; i++) hash = (Math.imul(hash, 31) + d[i]) | 0; return hash; }"""
# How many pixels differ from those kept before, by more than an eye may miss.
KEEP = "c => { c.before = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; }"
DIFFERENT = """c => { const now = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, { before } = c; let count = 0;
                     const inked = (data, i, k) => (data[i + k] * data[i + 3]) / 255;
                     for (let i = 0; i < now.length; i += 4) {
                       const apart = [0, 1, 2].map((k) => Math.abs(inked(now, i, k) - inked(before, i, k)));
                       if (Math.max(...apart, Math.abs(now[i + 3] - before[i + 3])) > 24) count++;
                     }
                     return count; }"""
SEEN = 500  # of a map's 80,000
AMONG_OTHERS = 100
RESTS = f"""() => !{FIRST}.raf && {FIRST}.columns.every(c => c.frame && c.network && c.recording.contiguous + 1 == c.recording.status.frames
               && !Object.values(c.layers).some(layer => layer.busy))"""


def open_map(page, address):
    page.goto(address)
    page.wait_for_function("globalThis.__latentMaps?.[0]?.columns.length > 0", timeout=30_000)
    rest(page)
    return page.locator("canvas[role=application]")


def rest(page):
    page.wait_for_function(RESTS, timeout=30_000)
    page.wait_for_timeout(50)
    page.wait_for_function(RESTS, timeout=30_000)


def keep(canvas):
    """Remember what a map shows."""
    canvas.evaluate(KEEP)


@on(sized(1280, 900), sized(1280, 900, "dark"))
@pytest.mark.parametrize("address", ["/", "/explore"])
def test_each_layer_answers_to_its_key_is_seen_and_goes_again(page, address):
    maps = open_map(page, address)
    vae = maps.nth(1)
    vae.focus()
    for key, name in LAYERS.items():
        before, pressed = vae.evaluate(INK), page.evaluate(f"{FIRST}.show.{name}")
        keep(vae)
        page.keyboard.press(key)
        rest(page)
        assert page.evaluate(f"{FIRST}.show.{name}") is not pressed, key
        button = page.locator(f"button[aria-keyshortcuts={key}]")
        expect(button).to_have_attribute("aria-pressed", str(not pressed).lower())
        assert len(button.get_attribute("title")) > 20
        assert vae.evaluate(DIFFERENT) > SEEN, f"{name} is hardly to be seen on {address}"
        page.keyboard.press(key)
        rest(page)
        if name != "shared":  # the map glides back to within a pixel
            assert vae.evaluate(INK) == before, f"{name} leaves something behind on {address}"
    assert page.problems == []


@on(sized(1280, 900), sized(1280, 900, "dark"))
def test_all_layers_at_once_each_still_to_be_seen(page):
    vae = open_map(page, "/").nth(1)
    vae.focus()
    together = {key: name for key, name in LAYERS.items() if name != "shared"}
    for key, name in together.items():
        if not page.evaluate(f"{FIRST}.show.{name}"):
            page.keyboard.press(key)
    rest(page)
    for key, name in together.items():
        keep(vae)
        page.keyboard.press(key)
        rest(page)
        assert vae.evaluate(DIFFERENT) > AMONG_OTHERS, name
        page.keyboard.press(key)
        rest(page)
    assert page.problems == []


def test_the_share_of_holes_is_said_in_text(page):
    maps = open_map(page, "/")
    maps.first.focus()
    page.keyboard.press("h")
    expect(page.locator(".facts").nth(1)).to_contain_text("% of the prior's mass")


def test_playback_shows_moments_between_frames(page):
    open_map(page, "/")
    last = page.evaluate(f"{FIRST}.columns[0].frame.step")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"{FIRST}.columns[0].frame.step < {last}")  # it goes back to the start
    parts = []
    for _ in range(12):
        parts.append(page.evaluate(f"{FIRST}.columns.map(c => [c.moment.part, c.network.between ?? null, c.frame.step])"))
        page.wait_for_timeout(60)
    assert any(0 < part < 1 for columns in parts for part, _, _ in columns)
    assert any(between for columns in parts for _, between, _ in columns)
    assert parts[-1][0][2] > parts[0][0][2]
    page.get_by_role("button", name="Pause", exact=True).click()
    rest(page)
    assert page.evaluate(f"{FIRST}.columns.map(c => c.moment.part)") == [0, 0]
    assert page.problems == []


@on(sized(1280, 900, reduced_motion="reduce"))
def test_less_motion_means_no_moments_between_frames(page):
    open_map(page, "/")
    page.get_by_role("button", name="Play", exact=True).click()
    for _ in range(8):
        assert page.evaluate(f"{FIRST}.columns.map(c => c.moment.part)") == [0, 0]
        page.wait_for_timeout(50)


def place(page, column, index):
    """Where a test image lies on the screen."""
    return page.evaluate(
        f"""([column, index]) => {{ const c = {FIRST}.columns[column], r = c.canvas.getBoundingClientRect(), v = c.map.view;
            return [r.x + c.canvas.clientLeft + v.x(c.points[2 * index]), r.y + c.canvas.clientTop + v.y(c.points[2 * index + 1])]; }}""",
        [column, index],
    )


def test_one_gesture_moves_both_models(page):
    maps = open_map(page, "/")
    maps.nth(1).scroll_into_view_if_needed()
    page.mouse.move(*place(page, 1, 7))
    rest(page)
    hovered = page.evaluate(f"{FIRST}.columns.map(c => c.hovered)")
    assert hovered[0] == hovered[1] is not None
    expect(page.locator("figcaption", has_text="original")).to_have_count(2)
    label = page.evaluate(f"{FIRST}.columns[0].recording.probe.labels[{hovered[0]}]")
    expect(page.get_by_label(f"Original, class {label}")).to_have_count(2)

    page.mouse.down()
    box = maps.nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3, steps=4)
    page.wait_for_timeout(100)
    ae, vae = page.evaluate(f"{FIRST}.columns.map(c => ({{ ghost: c.ghost, near: c.near, selected: c.selected }}))")
    for words in ("nearest image", "same image"):  # and not the image from which the hand set out
        expect(page.locator("figcaption", has_text=words)).to_have_count(1)
    page.mouse.up()
    assert vae["near"] is not None
    assert ae["ghost"] == vae["near"]
    assert vae["ghost"] is ae["near"] is ae["selected"] is None
    rest(page)
    assert page.problems == []


def test_planes_and_sliders_of_a_model_with_eight_dimensions(page, run_store):
    deep = dataclasses.replace(VAE, latent_dim=8)
    fabricate(run_store / deep.id, deep)
    maps = open_map(page, f"/explore?runs={deep.id}")
    column = f"{FIRST}.columns[0]"
    expect(page.locator(".sliders label")).to_have_count(8)
    expect(page.locator(".sliders canvas")).to_have_count(8)
    expect(page.locator(".rate").first).to_contain_text("nats")
    before = maps.first.evaluate(INK)
    chosen = page.evaluate(f"{column}.axes.chosen")
    page.get_by_label("Vertical axis").select_option(value=str(next(dim for dim in range(8) if dim not in chosen)))
    rest(page)
    turned = maps.first.evaluate(INK)
    assert turned != before

    page.get_by_role("button", name="PCA", exact=True).click()
    rest(page)
    assert maps.first.evaluate(INK) != turned
    names = page.evaluate(f"{column}.plane.names")
    assert names[0].startswith("PC₁ · ")
    assert names[0].endswith("%")
    box = maps.first.bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 90)
    page.mouse.down()
    page.mouse.up()
    rest(page)
    z, axes, place = page.evaluate(f"[[...{column}.z], {column}.plane.axes.map(a => [...a]), {column}.plane.point({column}.z)]")
    inside = [sum(axis[dim] * at for axis, at in zip(axes, place, strict=True)) for dim in range(8)]
    assert z == pytest.approx(inside, abs=1e-3)
    for key in "DHGM":
        page.keyboard.press(key)
        rest(page)
    assert page.problems == []


@on(sized(390, 844, "dark", has_touch=True))
def test_a_finger_on_a_phone(page):
    maps = open_map(page, "/")
    maps.first.scroll_into_view_if_needed()
    box = maps.first.bounding_box()
    page.touchscreen.tap(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    rest(page)
    assert page.evaluate(f"Math.hypot(...{FIRST}.columns[0].z)") > 0
    page.get_by_role("button", name="More layers").tap()
    page.get_by_role("button", name="Density").tap()
    rest(page)
    expect(page.locator(".help")).to_contain_text("aggregated posterior")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    assert page.problems == []


SCROLLED = "[...document.querySelectorAll('*')].reduce((sum, node) => sum + node.scrollTop, scrollY)"


def fingers(page, canvas):
    """Says to the browser what fingers do on a canvas: where they are, as shares of its size."""
    session = page.context.new_cdp_session(page)
    box = canvas.bounding_box()

    def send(kind, *places):
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": i} for i, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return send


@on(sized(390, 844, "dark", has_touch=True, is_mobile=True))
def test_one_finger_drags_the_code_and_two_zoom_the_page(page):
    maps = open_map(page, "/")
    maps.first.scroll_into_view_if_needed()
    touch, column = fingers(page, maps.first), f"{FIRST}.columns[0]"
    seen = "[visualViewport.scale, visualViewport.pageTop]"
    scrolled, view = page.evaluate(SCROLLED), page.evaluate(seen)
    touch("touchStart", (0.5, 0.8))
    codes = []
    for y in (0.7, 0.5, 0.3, 0.2):
        touch("touchMove", (0.5, y))
        codes.append(page.evaluate(f"{column}.z[1]"))
    assert page.evaluate(f"{column}.dragging")
    touch("touchEnd")
    rest(page)
    assert codes == sorted(codes)
    assert codes[-1] > codes[0] + 1
    assert (page.evaluate(SCROLLED), page.evaluate(seen)) == (scrolled, view)

    touch("touchStart", (0.5, 0.9))
    touch("touchStart", (0.5, 0.9), (0.5, 0.5))
    for part in range(1, 11):
        touch("touchMove", (0.5, 0.9), (0.5, 0.5 - 0.25 * part))
        page.wait_for_timeout(20)
    touch("touchEnd")
    page.wait_for_function("visualViewport.scale > 1.3")
    assert page.evaluate(f"[{column}.dragging, {column}.selected]") == [False, None]
    assert page.problems == []
