"""A finger on a phone or a tablet, in a real browser: a swipe scrolls the page, also where charts stand; buttons of charts cover none."""

from playwright.sync_api import expect
from screen import at_rest, fine, full_charts, on, sized

SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def swipe_up(page, x, y):
    """Move a finger 200 px up, below what Playwright offers: the browser decides whether that scrolls, and scripts may forbid it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 20 * step}]})
        page.wait_for_timeout(16)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@on(sized(390, 844, has_touch=True))
def test_a_swipe_that_begins_on_a_chart_scrolls_the_page(page):
    page.goto("/losses?runs=p-digits-ae,p-digits-vae")
    full_charts(page)
    box, before = at_rest(page.locator(".js-plotly-plot .nsewdrag").first).bounding_box(), page.evaluate(SCROLLED)
    swipe_up(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(f"{SCROLLED} > {before + 100}")


@on(sized(390, 844, "dark", has_touch=True, is_mobile=True), sized(768, 1024, has_touch=True, is_mobile=True))
def test_a_charts_buttons_stand_above_it_in_one_row_and_can_be_pressed(page):
    page.goto("/losses?runs=p-digits-ae,p-digits-vae")
    full_charts(page)
    for chart in page.locator(".stPlotlyChart").all():
        top, bar = at_rest(chart).bounding_box()["y"], chart.locator(".modebar")
        places = [button.bounding_box() for button in bar.locator(".modebar-btn").all() if button.is_visible()]
        assert len(places) > 4
        assert all(place["y"] + place["height"] <= top for place in places)
        assert len({round(place["y"]) for place in places}) == 1
    first = page.locator(".stPlotlyChart").first
    at_rest(first.get_by_role("button", name="Fullscreen", exact=True)).tap()
    smaller = first.get_by_role("button", name="Close fullscreen")
    expect(smaller).to_be_in_viewport()
    smaller.tap()
    fine(page)
