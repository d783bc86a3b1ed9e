"""In a real browser: what people need who work with a keyboard or a finger, or whose eyes are weak."""

import re

import pytest
from playwright.sync_api import expect
from screen import at_rest, fine, on, on_both, sized

from jobs.shelves import Shelves
from ui import ink
from ui.student import HERE
from vae_core.pretrain import record
from vae_core.recipes import Recipe


def seen(locator):
    """How far an element's words stand out from their ground, with the opacities and tints that they have: read off the screen."""
    return locator.evaluate(
        """(e) => {
            const around = []; for (let one = e; one; one = one.parentElement) around.unshift(getComputedStyle(one));
            const parts = color => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
            const over = (top, ground, share) => ground.map((one, i) => one + (top[i] - one) * share);
            const hex = color => "#" + color.map(one => Math.round(one).toString(16).padStart(2, "0")).join("");
            let ground = [255, 255, 255];
            for (const style of around) { const top = parts(style.backgroundColor); ground = over(top, ground, top[3]); }
            const words = parts(getComputedStyle(e).color);
            const share = around.reduce((all, style) => all * style.opacity, words[3]);
            return [hex(over(words, ground, share)), hex(ground)];
        }"""
    )


@on_both
def test_small_and_chosen_words_can_be_read(page):
    page.goto("/train")
    for words in (
        '[role="radio"][aria-checked="true"] p',
        '[data-testid="stBaseButton-primary"] p',
        '[data-testid="stCaptionContainer"] p',
    ):
        first = page.locator(f".stMain {words}").first
        assert ink.contrast(*seen(at_rest(first))) >= ink.ENOUGH
    fine(page)


@on_both
def test_a_keyboard_sees_on_which_link_it_is(page):
    page.goto("/notebook")
    link = page.get_by_test_id("stPageLink-NavLink")
    link.wait_for(timeout=60_000)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "2px")


@pytest.mark.parametrize(
    "path, things",
    [
        ("/squeeze", ('[data-testid="stRadioOption"]',)),
        ("/notebook", ('[data-testid="stPageLink-NavLink"]',)),
        ("/models", (".stPagination button",)),
        ("/train", (".stButtonGroup button", '[data-testid="stNumberInputStepUp"]')),
    ],
)
@on(sized(390, 844, has_touch=True, is_mobile=True))
def test_a_finger_finds_what_it_is_meant_to_press(page, path, things):
    page.goto(path)
    for one in things:
        first = page.locator(f".stMain {one}").first
        first.wait_for(timeout=60_000)
        assert first.bounding_box()["height"] >= 42  # 44 with its frame
    fine(page)


@on_both
def test_whoever_hears_a_control_hears_of_which_model_it_is(page, run_store, tmp_path):
    recipe = Recipe(epochs=5, beta=8.0, seed=page.viewport_size["width"])
    record(recipe.id, recipe, run_store, tmp_path)
    Shelves(run_store).put(HERE, recipe.id)
    page.goto("/models")
    card = page.locator(f".st-key-card_{recipe.id}")
    for button in ("Details", "Put on the screen"):
        expect(card.get_by_role("button", name=f"{button} β-VAE (β = 8) · Digits")).to_be_visible(timeout=60_000)
    pin = card.locator("label").filter(has_text="Pin")
    expect(pin.locator("input")).to_have_accessible_name(re.compile(r"Pin β-VAE \(β = 8\)"))
    assert pin.bounding_box()["width"] < 160  # the name is heard, and stands above
    names = page.get_by_role("button", name="Details").evaluate_all("all => all.map(one => one.textContent)")
    assert len(set(names)) == len(names) > 1
    fine(page)
