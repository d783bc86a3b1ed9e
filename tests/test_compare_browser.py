"""Compare in a real browser: what is selected in a map by mouse and by finger, and what stands around the maps."""

import pytest
from playwright.sync_api import expect
from screen import at_rest, fine, on, sized
from test_touch_browser import SCROLLED, swipe_up

FINGER = {"has_touch": True, "is_mobile": True}
MAP = "document.querySelector('.js-plotly-plot')"
CLEAR = "Clear selection"


@pytest.fixture
def first(page):
    """The place of the first map, at rest."""
    page.goto("/compare?runs=p-digits-ae,p-digits-vae")
    page.wait_for_function(
        "[...document.querySelectorAll('.js-plotly-plot')].filter(plot => plot.data?.length > 9).length == 2", timeout=60_000
    )
    return at_rest(page.locator(".js-plotly-plot .nsewdrag").first)


def lasso(page, place, low, high):
    """Draw a square from one part of a map's width and height to another."""
    box = place.bounding_box()
    across, down = ([box[start] + box[size] * part for part in (low, high)] for start, size in (("x", "width"), ("y", "height")))
    page.mouse.move(across[0], down[0])
    page.mouse.down()
    for x, y in [(1, 0), (1, 1), (0, 1), (0, 0)]:
        page.mouse.move(across[x], down[y], steps=5)
    page.mouse.up()


def test_a_lasso_round_nothing_leaves_no_trace(page, first):
    lasso(page, first, 0.01, 0.05)
    page.wait_for_function(f"{MAP}.data.every(trace => !trace.selectedpoints) && !{MAP}.layout.selections?.length")
    expect(page.get_by_role("button", name=CLEAR)).to_have_count(0)
    lasso(page, at_rest(page.locator(".js-plotly-plot .nsewdrag").first), 0.2, 0.8)
    page.get_by_role("button", name=CLEAR).click(timeout=30_000)
    expect(page.get_by_role("button", name=CLEAR)).to_have_count(0, timeout=30_000)
    fine(page)


@on(sized(390, 844, **FINGER))
def test_a_swipe_over_a_map_scrolls_until_its_lasso_is_pressed(page, first):
    page.wait_for_function(f"{MAP}.layout.dragmode == 'pan'")
    first = at_rest(page.locator(".js-plotly-plot .nsewdrag").first)
    first.scroll_into_view_if_needed()
    box, before = at_rest(first).bounding_box(), page.evaluate(SCROLLED)
    swipe_up(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(f"{SCROLLED} > {before + 100}")
    expect(page.get_by_role("button", name=CLEAR)).to_have_count(0)

    page.locator("[data-attr=dragmode][data-val=lasso]").first.tap()
    page.wait_for_function(f"{MAP}.layout.dragmode == 'lasso'")
    first.scroll_into_view_if_needed()
    box, before = at_rest(first).bounding_box(), page.evaluate(SCROLLED)
    swipe_up(page, box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9)
    page.wait_for_timeout(500)
    assert page.evaluate(SCROLLED) == before
    fine(page)


@on(sized(1280, 800), sized(1920, 1080, "dark"))
def test_a_maps_buttons_cover_none_of_it_and_it_takes_the_width_there_is(page, first):
    first.hover()
    chart = page.locator(".stPlotlyChart").first.bounding_box()
    for button in page.locator(".js-plotly-plot").first.locator(".modebar-btn").all():
        place = button.bounding_box()
        assert place["y"] + place["height"] <= first.bounding_box()["y"]
    assert chart["height"] > 0.85 * chart["width"]
    fine(page)
