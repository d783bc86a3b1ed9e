"""Choosing a model in a real browser: a flow prior is trained and its density drawn; a label is told; a bent cloud takes no drawing."""

import re

from playwright.sync_api import expect
from screen import drawn, on, on_both, sized
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui import text

FIRST = "globalThis.__latentMaps?.at(-1)"
WORDS = text.sections("train")


def choose(page, name):
    page.get_by_text(WORDS["models"]).click()
    page.locator('[data-testid="stRadio"] label').filter(has=page.get_by_text(name, exact=True)).click()
    expect(page.locator(".composition")).to_have_count(1, timeout=30_000)


def train(page):
    page.locator(".st-key-train button").click()
    page.wait_for_function(f"{FIRST}?.columns.length == 1 && {FIRST}.columns[0].recording.status?.state == 'done'", timeout=180_000)


@on_both
def test_a_flow_prior_is_chosen_trained_and_its_density_drawn(page):
    page.goto("/train?epochs=3")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    choose(page, "Flow prior")
    expect(page.locator(".composition")).to_have_attribute("aria-label", re.compile("prior p.z.: a learned flow"))
    loaded = "e => e.every(one => one.complete && one.naturalWidth > 0) && e.length"
    assert page.locator(".composition img").evaluate_all(loaded) == 3
    train(page)
    page.wait_for_function(f"{FIRST}.columns[0].extras.prior?.count > 500 && {FIRST}.columns[0].layers.prior.shown", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    assert page.problems == []


@on(sized(1280, 800), sized(853, 800), sized(390, 844))
def test_the_settings_have_room_and_on_a_usual_screen_the_maps_are_in_sight(page):
    page.goto("/train")
    drawn(page)
    models = page.locator(".st-key-models")
    assert models.evaluate("e => [...e.querySelectorAll('*')].every(one => one.scrollWidth <= one.clientWidth + 1 || !one.clientWidth)")
    for name in ("latent_dim", "beta", "epochs"):
        control = page.locator(f".st-key-recipe_{name}")
        expect(control.get_by_role("button", name="Increment")).to_be_visible()
        assert control.locator("label").bounding_box()["height"] < 30
    more = page.get_by_role("button", name="More settings")
    assert more.evaluate("e => [...e.querySelectorAll('*')].every(one => one.scrollWidth <= one.clientWidth + 1 || !one.clientWidth)")
    places = [page.locator(f".st-key-{name}").bounding_box() for name in ("train", "stop")]
    assert places[0]["y"] == places[1]["y"]
    if page.viewport_size["width"] == 1280:
        assert page.locator("canvas[role=application]").first.bounding_box()["y"] < 720


@on_both
def test_settings_in_the_popover_show_their_values_also_after_a_change(page):
    page.goto("/train")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    choose(page, "VampPrior")
    expect(page.locator(".composition")).to_have_attribute("aria-label", re.compile("pseudo-inputs"))
    page.get_by_role("button", name="More settings").click()
    expect(page.get_by_label("Hidden widths", exact=True)).to_have_value("128, 64")
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value("0.002")
    expect(page.get_by_label("Components", exact=True)).to_be_enabled()
    expect(page.get_by_label("Codebook size", exact=True)).to_be_disabled()


@on_both
def test_a_conditional_model_draws_the_label_that_it_is_told(page):
    page.goto("/train?epochs=3&models=vae&conditional=true")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    train(page)
    page.wait_for_function(f"{FIRST}.columns[0].network?.classes == 10", timeout=60_000)
    picture = f"Array.from({FIRST}.columns[0].network.decode({FIRST}.columns[0].z))"
    before = page.evaluate(picture)
    page.get_by_role("radio", name="7", exact=True).click()
    page.wait_for_function(f"{FIRST}.columns[0].network.told.label == 7")
    assert page.evaluate(picture) != before
    assert page.problems == []


@on_both
def test_where_a_flow_bends_the_clouds_no_pad_is_offered_and_the_page_says_why(page):
    page.goto("/train?epochs=3&models=flow")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    train(page)
    run = page.evaluate(f"{FIRST}.columns[0].run.id")
    page.goto(f"/explore?runs={run}")
    expect(page.get_by_text("does not run in the browser")).to_be_visible(timeout=60_000)
    expect(page.locator("canvas.pad")).to_be_hidden()
    expect(page.locator('button[aria-keyshortcuts="G"]')).to_be_disabled()
    assert page.problems == []


@on_both
def test_a_choice_holds_though_the_browser_hears_of_it_late(page):
    held = []
    holding = []

    def relay(browser):
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: held.append((browser, message)) if holding else browser.send(message))

    page.route_web_socket(re.compile("/_stcore/stream"), relay)
    page.goto("/train?epochs=3")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    page.get_by_text(WORDS["models"]).click()
    preset = page.locator('[data-testid="stRadio"] label').filter(has=page.get_by_text("Flow prior", exact=True))
    expect(preset).to_be_visible()
    holding.append(True)
    preset.click()
    while not any(finished(message) for _, message in held):
        page.wait_for_timeout(50)
    page.locator(".st-key-train button").click()
    while sum(finished(message) for _, message in held) < 2:
        page.wait_for_timeout(50)
    holding.clear()
    for browser, message in held:
        browser.send(message)
    page.wait_for_url(re.compile("prior=flow.*runs="))
    expect(page.locator(".composition")).to_have_attribute("aria-label", re.compile("prior p.z.: a learned flow"))


def finished(message):
    told = ForwardMsg()
    told.ParseFromString(message)
    return told.WhichOneof("type") == "script_finished"
