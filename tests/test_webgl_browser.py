"""A browser that draws without WebGL, as many do on school computers and in virtual machines."""

import pytest
from chromium import launch
from playwright.sync_api import expect, sync_playwright
from screen import fine

POINTS = ".js-plotly-plot .scatterlayer .point"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, "--disable-3d-apis")
        yield browser
        browser.close()


def test_compare_draws_its_maps_all_the_same_and_points_can_be_selected(page):
    page.goto("/compare")
    page.wait_for_function(f"document.querySelectorAll('{POINTS}').length >= 800", timeout=60_000)
    expect(page.locator(".no-webgl")).to_have_count(0, timeout=60_000)  # Plotly's complaint goes with the first drawing
    chart = page.locator(".js-plotly-plot").first
    box = chart.locator(".nsewdrag").first.bounding_box()
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Let go").wait_for(timeout=30_000)
    fine(page)
