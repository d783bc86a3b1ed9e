"""A lesson in a real browser, with real runs: predict → run → finding → reload → notebook → the runs on another page."""

import re

from playwright.sync_api import expect
from screen import drawn, fine, on_both

from ui import text
from ui.cookie import COOKIE
from ui.newcomer import NOTEBOOK

WORDS, COMMON = text.sections("cloud"), text.sections("lesson")


@on_both
def test_a_lesson_from_prediction_to_notebook(page, browser, server, run_store):
    page.goto("/cloud")
    expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible(timeout=60_000)
    page.get_by_text(WORDS["option-vae"]).click()
    page.get_by_role("button", name=COMMON["run"]).click()

    expect(page.get_by_role("heading", name=COMMON["finding"])).to_be_visible(timeout=240_000)
    expect(page.get_by_text(COMMON["as-said"])).to_be_visible(timeout=240_000)  # said once three repetitions are there
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=60_000)
    assert len(list((run_store / ".results").glob("*.bin"))) == 3
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1

    page.reload()  # a new session: the notes are in the browser, the figures in the store
    expect(page.get_by_text(COMMON["as-said"])).to_be_visible(timeout=60_000)
    page.goto("/notebook")
    expect(page.get_by_text(WORDS["option-vae"])).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("button", name=text.sections("notebook")["save"]).click()
    saved = download.value.path().read_text(encoding="utf-8")
    assert WORDS["title"] in saved
    assert "±" in saved

    other = browser.new_context(base_url=server)  # another student sees nothing of it
    stranger = other.new_page()
    stranger.goto("/notebook")
    expect(stranger.get_by_text(text.sections("notebook")["empty"])).to_be_visible(timeout=60_000)
    other.close()

    page.goto("/cloud")
    page.wait_for_function("document.images.length && [...document.images].every(image => image.complete)")  # a page left has none to give
    page.get_by_test_id("stMain").get_by_role("link", name=re.compile("Compare")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare", timeout=60_000)
    assert re.search(r"runs=[0-9a-f]{16}(,|%2C)[0-9a-f]{16}", page.url)
    fine(page)


def test_who_sits_down_next_begins_with_an_empty_notebook_and_another_cookie(page):
    words = text.sections("notebook")
    page.goto("/cloud")
    page.get_by_text(WORDS["option-vae"]).click(timeout=60_000)
    page.get_by_role("button", name=COMMON["run"]).click()
    page.get_by_role("button", name=COMMON["again"]).wait_for()
    page.wait_for_function("place => localStorage.getItem(place)?.includes('cloud')", arg=NOTEBOOK)  # it may come a little later
    page.goto("/notebook")
    expect(page.get_by_text(WORDS["option-vae"])).to_be_visible(timeout=60_000)
    before = page.context.cookies()
    page.get_by_role("button", name=words["newcomer"]).click()
    page.get_by_role("link", name=words["newcomer-go"]).click()
    page.wait_for_url("**/")
    drawn(page)
    after = page.context.cookies()
    assert {one["value"] for one in before if one["name"] == COOKIE}.isdisjoint(one["value"] for one in after if one["name"] == COOKIE)
    page.goto("/notebook")
    expect(page.get_by_text(words["empty"])).to_be_visible(timeout=60_000)
    fine(page)
