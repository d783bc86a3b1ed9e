"""A finger on a phone, in a real browser: a swipe scrolls the page, also where charts stand."""

from screen import at_rest, full_charts, on, sized

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
