"""Compare draws its maps with WebGL where a graphics card does it, and as SVG where the processor would have to, or there is no WebGL."""

from chromium import launch
from playwright.sync_api import expect
from screen import fine, sized, watched

POINTS = ".js-plotly-plot .scatterlayer .point"
TYPES = "[...new Set([...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot.data?.map(trace => trace.type) ?? []))].join()"
PRETENDED = """
    const get = WebGLRenderingContext.prototype.getParameter;
    WebGLRenderingContext.prototype.getParameter = function (name) { return name === this.RENDERER ? "A card" : get.call(this, name); };
"""


def see_compare(page, kind):
    """The maps are of this kind, and a lasso over one selects in both."""
    page.wait_for_function(f"document.querySelectorAll('.js-plotly-plot .nsewdrag').length == 2 && {TYPES} == '{kind}'", timeout=60_000)
    if kind == "scatter":
        page.wait_for_function(f"document.querySelectorAll('{POINTS}').length >= 800", timeout=60_000)
    expect(page.locator(".no-webgl")).to_have_count(0, timeout=60_000)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Clear selection").wait_for(timeout=30_000)
    fine(page)


def test_the_processor_draws_svg(page):
    page.goto("/compare")
    see_compare(page, "scatter")


def test_a_graphics_card_draws_webgl(page):
    page.add_init_script(PRETENDED)
    page.goto("/compare")
    see_compare(page, "scattergl")


def test_without_webgl_the_maps_are_there_all_the_same(browser, server):
    with launch(browser.browser_type, "--disable-3d-apis") as without, watched(without, server, sized(1280, 900)) as page:
        page.goto("/compare")
        see_compare(page, "scatter")
