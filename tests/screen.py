"""A page of the app in a real browser: how it is opened and watched, and what tests do on it and see there."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

FIRST = "globalThis.__latentMaps?.[0]"


def sized(width, height, scheme="light", **more):
    """Options of a browser context."""
    return {"viewport": {"width": width, "height": height}, "color_scheme": scheme, **more}


def on(*options):
    """Run a test once for each of these, on the fixture ``page``."""
    names = [f"{'phone' if one['viewport']['width'] < 500 else 'desktop'} {one['color_scheme']}" for one in options]
    return pytest.mark.parametrize("page", options, ids=names, indirect=True)


on_both = on(sized(1280, 800), sized(390, 844, "dark"))


@contextmanager
def watched(browser, address, options):
    """A page in a context of its own; ``page.problems`` gathers what its scripts and its console complain of."""
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(f"{message.text} {message.location['url']}") if is_error(message) else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    try:
        yield page
    finally:
        context.close()


def at_rest(locator):
    """The same locator, once it has stood still for half a second: what is drawn above a control moves it from under a hand."""
    locator.wait_for(timeout=60_000)
    stood, place = 0, None
    while stood < 10:
        before, place = place, locator.bounding_box()
        stood = stood + 1 if place is not None and place == before else 0
        locator.page.wait_for_timeout(50)
    return locator


def is_error(message):
    """Streamlit itself asks for its own health below the page's path first, and takes the 404."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


def fine(page: Page):
    """No exception box, no error in the console, nothing wider than the screen."""
    assert page.problems == []
    expect(page.get_by_test_id("stException")).to_have_count(0)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 1, f"the page is {overflow} px wider than the screen"
    cut = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMultiSelectTagsContainer]')].some(row => row.scrollWidth > row.clientWidth + 1)"
    )
    assert not cut, "what was chosen stands beyond the end of its row"


def every(page: Page, condition, timeout=120_000):
    """Wait until ``condition`` holds for each of the pair's columns ``c``."""
    page.wait_for_function(f"{FIRST}?.columns.length == 2 && {FIRST}.columns.every(c => {condition})", timeout=timeout)


def drawn(page: Page, count=2):
    """Wait until the instrument shows ``count`` models with a frame each."""
    page.wait_for_function(f"{FIRST}?.columns.length >= {count} && {FIRST}.columns.every(c => c.frame)", timeout=30_000)


def full_charts(page: Page):
    """Wait until every chart has a line or cloud of more than ten points, or bars."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.js-plotly-plot')].every(plot =>
               plot.data?.some(trace => trace.type == 'bar' || (trace.x?.length ?? trace.x?.bdata?.length ?? 0) > 10))"""
    )


def canvas_ink(canvas):
    """How many different colours a canvas shows: one means that nothing was drawn."""
    return canvas.evaluate(
        """c => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
                  const seen = new Set();
                  for (let i = 0; i < d.length && seen.size < 50; i += 4) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]);
                  return seen.size; }"""
    )


def go(page: Page, title):
    """Follow the navigation; on a phone it hides behind a button."""
    phone = page.viewport_size["width"] < 500
    if phone:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    if phone and page.get_by_test_id("stSidebar").get_attribute("data-collapsed") == "false":
        page.get_by_role("button", name="Collapse sidebar").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, timeout=30_000)
