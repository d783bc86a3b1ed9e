"""The lesson with the globe in a real browser: its coloured words and formulas, the wheel over the globe, and the sliders that turn it."""

import pytest
from screen import at_rest, fine, on, sized
from test_ink import contrast

from ui import text

WORDS, COMMON = text.sections("globe"), text.sections("lesson")
EYE = "document.querySelector('.gl-container')?.closest('.js-plotly-plot')?._fullLayout?.scene?._scene?.getCamera().eye"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
COLORED = """() => [...document.querySelectorAll('.stMarkdownColoredText, .katex [style*="color"]')].map((element) => {
    let ground = element;
    while (getComputedStyle(ground).backgroundColor.startsWith('rgba(0, 0, 0, 0)')) ground = ground.parentElement;
    return [element.textContent, getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
})"""


@pytest.fixture
def lesson(page):
    page.goto("/globe")
    page.get_by_text(WORDS["option-tear"]).click(timeout=60_000)
    page.get_by_role("button", name=COMMON["run"]).click()
    page.get_by_text(COMMON["formula"]).click(timeout=240_000)
    page.wait_for_function(f"Boolean({EYE})", timeout=60_000)
    return page


@on(sized(1280, 900), sized(1280, 900, "dark"))
def test_coloured_words_and_formulas_can_be_read_in_either_theme(lesson):
    lesson.wait_for_function("document.querySelectorAll('.katex [style*=\"color\"]').length > 1", timeout=60_000)
    shown = lesson.evaluate(COLORED)
    assert len(shown) > 3
    assert [part for part in shown if contrast(*part[1:]) < 4.5] == []


def test_the_wheel_over_the_globe_scrolls_the_page_and_sliders_turn_the_globe(lesson):
    globe = lesson.locator(".gl-container canvas").first
    globe.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")  # which asks for no pause in the drawing
    box, before, eye = at_rest(globe).bounding_box(), lesson.evaluate(SCROLLED), lesson.evaluate(EYE)
    lesson.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lesson.mouse.wheel(0, -100)
    lesson.wait_for_function(f"{SCROLLED} < {before - 50}", timeout=10_000)
    assert lesson.evaluate(EYE) == eye

    slider = lesson.get_by_role("slider", name=WORDS["look-longitude"])
    way = "ArrowRight" if int(slider.input_value()) < 12 else "ArrowLeft"
    slider.focus()
    lesson.keyboard.press(way)
    lesson.keyboard.press(way)
    lesson.wait_for_function(f"Math.abs({EYE}?.x - {eye['x']}) + Math.abs({EYE}?.y - {eye['y']}) > 0.05", timeout=30_000)
    assert lesson.evaluate(EYE)["z"] == pytest.approx(eye["z"], abs=1e-6)
    fine(lesson)
