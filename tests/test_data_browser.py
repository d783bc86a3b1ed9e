"""Data in a real browser: own pictures from a zip to the map, and cities on their globes."""

import re

from playwright.sync_api import expect
from screen import FIRST, canvas_ink, drawn, every, fine, go
from uploads import REFUSED, a_zip


def train(page, epochs):
    box = page.get_by_role("spinbutton", name="Epochs")
    box.fill(str(epochs))
    box.press("Enter")
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.recording.status?.state == 'done' && c.frame?.step > 0")


def choose_files(page, *files):
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/zip", "buffer": body} for name, body in files]
    )


def test_own_pictures_from_a_zip_to_the_map(page, browser, server):
    page.goto("/data")
    choose_files(page, ("letters.zip", a_zip("жλΩ", 20)))
    expect(page.get_by_text("The 3 labels are")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Dark and bright were swapped")).to_be_visible()
    fine(page)
    page.get_by_label("Call them").fill("Letters")
    page.get_by_role("button", name="Use these").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Train live", timeout=20_000)
    expect(page.get_by_role("combobox", name="Data set")).to_have_value(re.compile(r"Letters · [0-9a-f]{4}"))
    train(page, 3)
    assert page.evaluate(f"{FIRST}.columns.map(c => c.recording.probe.shape.join())") == ["28,28", "28,28"]
    expect(page.locator(".legend").first).to_contain_text("ж")
    assert canvas_ink(page.locator("canvas[role=application]").first) > 5
    fine(page)

    address = page.url
    page.reload()  # the address names the pictures, so a reload has them still
    drawn(page)
    expect(page.get_by_role("combobox", name="Data set")).to_have_value(re.compile("Letters · "))

    context = browser.new_context(base_url=server.replace("localhost", "another.localhost"))  # who comes by this name is not at the machine
    other = context.new_page()
    other.goto("/data")
    expect(other.get_by_role("button", name="Train on it")).not_to_have_count(0, timeout=20_000)
    expect(other.get_by_text("Letters")).to_have_count(0)
    context.close()
    assert "data=own-" in address


def test_a_refused_upload_leaves_the_page_whole(page):
    page.goto("/data")
    make, words = REFUSED["huge.png"]
    choose_files(page, ("huge.png", make()))
    expect(page.get_by_test_id("stAlert").filter(has_text=words)).to_be_visible(timeout=20_000)
    fine(page)


def test_cities_from_their_card_to_a_globe(page):
    page.goto("/data")
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=20_000)
    page.locator(".st-key-use_cities").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Train live", timeout=20_000)
    train(page, 120)
    globes = page.locator("canvas.globe")
    expect(globes).to_have_count(4)
    assert canvas_ink(globes.first) > 20
    expect(page.locator(".place").first).to_contain_text("km from")
    expect(page.locator(".legend").first).to_contain_text("South America")

    box = page.locator("canvas[role=application]").nth(1).bounding_box()
    before = page.locator(".place").nth(1).text_content()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    expect(page.locator(".place").nth(1)).not_to_have_text(before)
    lowest = f"Math.min(...[[1, -1], [-1, 1]].flatMap(z => [...{FIRST}.columns[0].network.decode(new Float32Array(z))]))"
    assert page.evaluate(lowest) < -0.05  # coordinates are not clamped to grey
    fine(page)

    go(page, "Explore a latent space")
    drawn(page)
    expect(page.locator(".drawing")).to_be_hidden()
    expect(page.locator(".end").first).to_contain_text(",")  # a city and its country
    page.locator("canvas[role=application]").first.focus()
    page.keyboard.press("m")
    page.wait_for_function(f"{FIRST}.columns.every(c => c.layers.manifold.drawn)")
    fine(page)

    go(page, "Compare latent spaces")
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=20_000)
    fine(page)
