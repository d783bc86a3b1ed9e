"""The hero flow in a real browser: open → drag → train → scrub → compare → explore → losses."""

import re
import time

import pytest
from playwright.sync_api import expect
from screen import FIRST, at_rest, canvas_ink, drawn, every, fine, full_charts, go, on_both


@pytest.fixture(scope="module")
def scheduler():
    """The app trains as the README's command has it: in processes of its own."""
    return ""


def test_what_was_chosen_outlives_a_change_of_page(page):
    page.goto("/")
    go(page, "Train live")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("77")
    epochs.press("Enter")
    page.wait_for_url("**/train?epochs=77")
    go(page, "Losses")
    page.wait_for_url("**/losses?epochs=77")
    for _ in range(2):  # the second time to the page that is there
        go(page, "Train live")
        page.wait_for_url("**/train?epochs=77")
        expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("77")


def test_back_and_forward_go_through_what_was_chosen(page):
    page.goto("/train")
    chosen = {"β": "4", "Epochs": "20"}
    addresses = ["**/train?beta=4.0", "**/train?beta=4.0&epochs=20"]
    for (name, value), address in zip(chosen.items(), addresses, strict=True):
        box = page.get_by_role("spinbutton", name=name, exact=True)
        box.fill(value)
        box.press("Enter")
        page.wait_for_url(address)
    epochs = page.get_by_role("spinbutton", name="Epochs", exact=True)
    page.go_back()
    expect(epochs).to_have_value("200")
    expect(page.get_by_role("spinbutton", name="β", exact=True)).to_have_value("4")
    page.wait_for_url(addresses[0])
    page.go_forward()
    expect(epochs).to_have_value("20")
    page.wait_for_url(addresses[1])
    fine(page)


@on_both
def test_the_hero_flow(page):
    # Open: a trained pair, at once.
    page.goto("/")
    drawn(page)
    maps = page.locator("canvas[role=application]")
    expect(maps).to_have_count(2)
    assert all(canvas_ink(maps.nth(i)) > 5 for i in range(2))

    # Drag: the picture follows.
    pixels = f"JSON.stringify([...{FIRST}.columns[1].z])"
    before = page.evaluate(pixels)
    maps.nth(1).scroll_into_view_if_needed()
    box = maps.nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    decodes = page.evaluate(f"{FIRST}.stats.decodes")
    for step in range(8):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.03 * step), box["y"] + box["height"] * 0.45)
        page.wait_for_timeout(40)
    page.mouse.up()
    assert page.evaluate(pixels) != before
    assert page.evaluate(f"{FIRST}.stats.decodes") >= decodes + 4
    fine(page)

    # Train: both learn, and the page answers meanwhile.
    go(page, "Train live")
    seed = page.get_by_role("spinbutton", name="Seed")
    if not seed.is_visible():
        page.get_by_text("More settings").click()
    seed.fill(str(int(time.time()) % 100_000 + page.viewport_size["width"]))
    seed.press("Enter")
    page.keyboard.press("Escape")  # else a click may do no more than close the settings
    expect(seed).to_be_hidden()
    at_rest(page.get_by_role("button", name="Train", exact=True)).click()
    every(page, "!c.run.id.startsWith('p-') && c.frame?.step > 0")
    every(page, "c.recording.status?.state == 'done'")
    steps = page.evaluate(f"{FIRST}.columns.map(c => c.frame.step)")
    assert steps[0] == steps[1] > 1000
    fine(page)

    # Scrub: the recording goes back.
    slider = page.locator("input[type=range]").first
    slider.focus()
    slider.press("Home")
    every(page, "c.frame.step == 0")

    # A reload finds the runs again.
    assert "runs=" in page.url
    page.reload()
    drawn(page)
    assert page.evaluate(f"{FIRST}.columns.map(c => c.recording.status.state)") == ["done", "done"]

    # Compare, explore, losses: full charts for the runs just trained.
    go(page, "Compare latent spaces")
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=20_000)
    full_charts(page)
    expect(page.get_by_role("table").first).to_contain_text(re.compile("Active units"))
    fine(page)

    go(page, "Explore a latent space")
    drawn(page)
    assert canvas_ink(page.locator("canvas[role=application]").first) > 5
    fine(page)

    go(page, "Losses")
    expect(page.locator(".js-plotly-plot")).not_to_have_count(0, timeout=20_000)
    full_charts(page)
    fine(page)


def test_stop_keeps_what_was_recorded(page):
    page.goto("/train?epochs=2000&seed=77")
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.frame?.step > 0")
    page.get_by_role("button", name="Stop", exact=True).click()
    every(page, "c.recording.status.state == 'stopped'")
    assert page.evaluate(f"{FIRST}.columns.every(c => c.frame.step > 0)")

    # The same settings again: the runs begin anew, and the board follows them.
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "c.recording.status?.state == 'running' && c.frame?.step > 0", 30_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    every(page, "c.recording.status.state == 'stopped'")


SILLY = ["latent_dim=0", "lr=100", "beta=<b>x</b>", "wings=2", "runs=../../etc/passwd", "runs=0123456789abcdef", "seed=1e999"]


@pytest.mark.parametrize("query", SILLY)
def test_a_silly_address_gets_a_plain_message(page, query):
    page.goto(f"/train?{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
