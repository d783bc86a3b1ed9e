"""The drawing pad in a real browser: strokes, keys and files reach every model on the page."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect
from screen import FIRST, drawn, fine, on, sized

from vae_core import wire

PAD = "canvas.pad"
CODES = f"JSON.stringify({FIRST}.columns.map(c => [...c.z]))"
AGREE = f"""{FIRST}.columns.every(c => c.drawn && [...c.network.encode(c.drawn.pixels).mu].every((v, i) => Math.abs(v - c.z[i]) < 1e-6))"""


on_pads = on(sized(1280, 800, "dark"), sized(390, 844, "light", has_touch=True))


def open_pad(page, query=""):
    page.goto(f"/explore{query}")
    drawn(page, 1)
    page.wait_for_function(f"{FIRST}.columns.every(c => c.network)")
    page.locator(PAD).scroll_into_view_if_needed()


def stroke(page, *places):
    box = page.locator(PAD).bounding_box()
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot, steps=4)
    page.mouse.up()


def picture(values, form="PNG"):
    """A file of a grey picture."""
    file = io.BytesIO()
    Image.fromarray(values.astype(np.uint8)).save(file, form)
    return file.getvalue()


def upload(page, name, body):
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": body})


@on_pads
def test_both_models_encode_as_one_draws(page):
    open_pad(page)
    seen = []
    page.on("request", lambda request: seen.append(request.url) if "/_stcore/" not in request.url else None)
    stroke(page, (0.5, 0.15), (0.5, 0.5))
    page.wait_for_function(AGREE)
    first = page.evaluate(CODES)
    stroke(page, (0.5, 0.5), (0.5, 0.85), (0.7, 0.85))
    page.wait_for_function(f"{CODES} != {first!r}")
    page.wait_for_function(AGREE)
    assert page.evaluate(f"{FIRST}.columns.map(c => c.drawn.sigma !== null)") == [False, True]
    expect(page.locator(PAD)).to_have_attribute("aria-label", re.compile("AE: z = .*VAE: z = .*class"))
    assert page.locator(".pictures figure").count() == 3
    assert [url for url in seen if "weights" not in url] == []  # nothing is sent
    fine(page)


@on_pads
def test_a_code_that_is_dragged_lets_go_of_the_drawing_and_clear_wipes_it(page):
    open_pad(page)
    stroke(page, (0.5, 0.15), (0.5, 0.85))
    page.wait_for_function(AGREE)
    page.locator("canvas[role=application]").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"!{FIRST}.columns[0].drawn && {FIRST}.columns[1].drawn")
    page.locator(PAD).focus()
    page.keyboard.press("l")
    page.wait_for_function(f"{FIRST}.columns.every(c => !c.drawn)")
    expect(page.locator(".pictures figure")).to_have_count(0)
    expect(page.locator(PAD)).to_have_attribute("aria-label", "Drawing pad, empty")


@on_pads
def test_without_a_hand_a_test_image_is_put_on_the_pad_and_lands_on_its_own_point(page):
    open_pad(page)
    page.locator(PAD).focus()
    page.keyboard.press("t")
    expect(page.locator(".message")).to_contain_text("Test image")
    page.wait_for_function(AGREE)
    number = int(page.locator(".message").inner_text().split()[2]) - 1
    off = f"{FIRST}.columns.map(c => Math.max(...c.drawn.mu.map((v, i) => Math.abs(v - c.moment.code({number})[i]))))"
    assert max(page.evaluate(off)) < 0.02  # codes in frames are float16


@on_pads
def test_a_picture_becomes_ink_and_what_is_no_picture_gets_a_plain_message(page):
    open_pad(page)
    paper = np.full((300, 200), 230)
    paper[40:260, 80:120] = 20
    upload(page, "one.png", picture(paper))
    page.wait_for_function(AGREE)
    expect(page.locator(".message")).to_contain_text("became white ink")
    upload(page, "plain.png", picture(np.full((9, 9), 128)))
    expect(page.locator(".message")).to_contain_text("of one colour")
    page.wait_for_function(f"{FIRST}.columns.every(c => !c.drawn)")
    upload(page, "text.png", b"<script>alert(1)</script>")
    expect(page.locator(".message")).to_contain_text("cannot read this file")
    upload(page, "large.png", b"\0" * (8 * 2**20 + 1))
    expect(page.locator(".message")).to_contain_text("larger than 8 MB")
    fine(page)


def test_a_network_that_cannot_run_is_told_of_and_the_map_stays(page):
    strange = wire.pack({"encoder": [{"op": "attention"}], "decoder": [], "latent_dim": 2, "step": 0, "posterior": "dirac"}, {})
    page.route("**/api/runs/p-digits-ae/weights/*", lambda route: route.fulfill(body=strange, content_type="application/octet-stream"))
    page.goto("/explore")
    drawn(page)
    expect(page.locator(".state").first).to_have_text("This network cannot run in the browser.")
    page.wait_for_function(f"{FIRST}.columns[0].points?.length && {FIRST}.columns[1].network")
