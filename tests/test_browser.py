"""The hero flow in a real browser: open → drag → train → scrub → compare → explore → losses."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

FIRST = "globalThis.__latentMaps?.[0]"
SIZES = {"desktop light": (1280, 800, "light"), "phone dark": (390, 844, "dark")}


@pytest.fixture(params=SIZES)
def page(request, browser, server, tmp_path):
    width, height, scheme = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, base_url=server)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if is_error(message) else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    page.screenshot(path=tmp_path / "last.png", full_page=True)  # what was on the screen when a test failed
    context.close()


def is_error(message):
    """Streamlit itself asks for its own health below the page's path first, and takes the 404."""
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


def every(page: Page, condition, timeout=120_000):
    """Wait until ``condition`` holds for each of the pair's columns ``c``."""
    page.wait_for_function(f"{FIRST}?.columns.length == 2 && {FIRST}.columns.every(c => {condition})", timeout=timeout)


def full_charts(page: Page):
    """Wait until every chart has a line or cloud of more than ten points, or bars."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.js-plotly-plot')].every(plot =>
               plot.data?.some(trace => trace.type == 'bar' || (trace.x?.length ?? trace.x?.bdata?.length ?? 0) > 10))"""
    )


def fine(page: Page):
    """No exception box, no error in the console, nothing wider than the screen."""
    assert page.problems == []
    expect(page.get_by_test_id("stException")).to_have_count(0)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 1, f"the page is {overflow} px wider than the screen"


def canvas_ink(canvas):
    """How many different colours a canvas shows: one means that nothing was drawn."""
    return canvas.evaluate(
        """c => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
                  const seen = new Set();
                  for (let i = 0; i < d.length && seen.size < 50; i += 4) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]);
                  return seen.size; }"""
    )


def drawn(page: Page, count=2):
    """Wait until the instrument shows ``count`` models with a frame each."""
    page.wait_for_function(f"{FIRST}?.columns.length >= {count} && {FIRST}.columns.every(c => c.frame)", timeout=30_000)


def go(page: Page, title):
    """Follow the navigation; on a phone it hides behind a button."""
    phone = page.viewport_size["width"] < 500
    if phone:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    if phone and page.get_by_test_id("stSidebar").get_attribute("data-collapsed") == "false":
        page.get_by_role("button", name="Collapse sidebar").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, timeout=30_000)


def test_what_was_chosen_outlives_a_change_of_page(browser, server):
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/")
    go(page, "Train live")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("77")
    epochs.press("Enter")
    page.wait_for_url("**/train?epochs=77")
    go(page, "Losses")
    page.wait_for_url("**/losses?epochs=77")
    go(page, "Train live")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("77")
    context.close()


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
    page.get_by_role("button", name="Train", exact=True).click()
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


def test_stop_takes_effect_at_once_and_keeps_what_was_recorded(browser, server):
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/train?epochs=2000&seed=77")
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.frame?.step > 0")
    begin = time.monotonic()
    page.get_by_role("button", name="Stop", exact=True).click()
    every(page, "c.recording.status.state == 'stopped'")
    assert time.monotonic() - begin < 5
    assert page.evaluate(f"{FIRST}.columns.every(c => c.frame.step > 0)")
    context.close()


SILLY = ["latent_dim=0", "lr=100", "beta=<b>x</b>", "wings=2", "runs=../../etc/passwd", "runs=0123456789abcdef", "seed=1e999"]


@pytest.mark.parametrize("query", SILLY)
def test_a_silly_address_gets_a_plain_message(browser, server, query):
    context = browser.new_context(base_url=server)
    page = context.new_page()
    page.goto(f"/train?{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    context.close()
