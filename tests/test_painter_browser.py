"""The painter in a real browser, without the app: mouse, keys, and what it sends."""

from pathlib import Path

import pytest

from ui.components import painter

FOLDER = Path(painter.__file__).parent
MOUNT = """
async ([code, style]) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: mount } = await import(url);
  document.body.innerHTML = `<style>${style}</style><div id="host"><div class="painter"></div></div>`;
  globalThis.sent = [];
  globalThis.show = (pixels, gone) => mount({
    parentElement: document.getElementById("host"),
    data: [pixels, [4, 5], gone, "A picture", "Close"],
    setStateValue: (name, value) => { if (name === "gone") globalThis.sent.push(value); },
  });
  globalThis.show(Array(20).fill(0).map((_, at) => at * 10), "0".repeat(20));
}
"""


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto("about:blank")
    page.evaluate(MOUNT, [(FOLDER / "painter.js").read_text(encoding="utf-8"), (FOLDER / "painter.css").read_text(encoding="utf-8")])
    yield page
    page.close()


def middle(page, row, column):
    box = page.locator(".cell").nth(5 * row + column).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, end):
    page.mouse.move(*middle(page, *start))
    page.mouse.down()
    page.mouse.move(*middle(page, *end))  # in one leap
    page.mouse.up()


def holes(page):
    """Each hole that was sent, as the places that are missing."""
    return [{divmod(at, 5) for at, one in enumerate(word) if one == "1"} for word in page.evaluate("sent")]


def test_a_stroke_is_whole_and_sent_once_and_the_other_way_brings_pixels_back(page):
    drag(page, (1, 0), (1, 4))
    assert holes(page) == [{(1, column) for column in range(5)}]
    drag(page, (1, 2), (1, 4))
    assert holes(page)[1:] == [{(1, 0), (1, 1)}]
    page.get_by_role("button", name="Close").click()
    assert holes(page)[2:] == [set()]
    assert page.get_by_role("button", name="Close").is_disabled()


def test_keys_walk_and_paint_and_the_hand_s_rest_sends(page):
    page.locator(".cell").first.focus()
    for key in ("ArrowLeft", "ArrowDown", "ArrowRight", " ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("sent.length === 1")
    assert holes(page) == [{(1, 1), (1, 2)}]
    assert page.locator(".cell[tabindex='0']").count() == 1


def test_shortcuts_of_the_browser_are_left_to_it(page):
    page.locator(".cell").first.focus()
    untouched = """held => {
      const event = (key) => new KeyboardEvent("keydown", { key, [held]: true, bubbles: true, cancelable: true });
      return ["ArrowRight", " "].map((key) => document.querySelector(".cell").dispatchEvent(event(key)));
    }"""
    for held in ("ctrlKey", "metaKey", "altKey"):
        assert page.evaluate(untouched, held) == [True, True]
    assert page.get_by_role("gridcell", selected=True).count() == 0
    assert page.evaluate(untouched, "shiftKey") == [False, False]


def test_the_hole_outlives_another_image_and_an_old_answer(page):
    drag(page, (0, 0), (0, 1))
    page.evaluate("show(Array(20).fill(200), '0'.repeat(20))")
    cells = page.get_by_role("gridcell", selected=True)
    assert cells.count() == 2
    assert "brightness 78 %" in cells.first.get_attribute("aria-label")
    assert page.locator(".grid").bounding_box()["width"] <= 390


def test_a_kept_hole_is_shown_at_first(page):
    page.evaluate("document.getElementById('host').innerHTML = '<div class=\"painter\"></div>'")
    page.evaluate("show(Array(20).fill(0), '1' + '0'.repeat(19))")
    assert page.get_by_role("gridcell", selected=True).count() == 1
