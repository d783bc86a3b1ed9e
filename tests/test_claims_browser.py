"""A claim in a real browser, with real runs: filter → open → run it here → its runs on another page."""

import re

from playwright.sync_api import expect
from screen import at_rest, fine, on, sized

from ui import text

WORDS = text.sections("claims")


@on(sized(390, 900, "dark"))
def test_a_claim_is_run_and_its_runs_are_opened(page):
    page.goto("/claims")
    lines = page.locator("summary")
    expect(lines).to_have_count(72, timeout=60_000)
    page.get_by_label(WORDS["topic"]).click()
    page.get_by_role("option", name=WORDS["topic-generation"]).click()
    expect(page.get_by_role("heading", level=3)).to_have_count(1, timeout=60_000)

    lines.filter(has_text="A12").click()
    at_rest(page.get_by_role("button", name=re.compile(f"{WORDS['run']}|{WORDS['run-again']}"))).click()
    expect(page.get_by_text(WORDS["open-runs"])).to_be_visible(timeout=240_000)
    expect(page.get_by_text(WORDS["own"].split("[[")[0])).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    page.get_by_test_id("stMain").get_by_role("link", name=re.compile("Compare")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare", timeout=60_000)
    assert re.search(r"runs=[0-9a-f]{16}", page.url)
    expect(page.get_by_test_id("stException")).to_have_count(0)

    page.goto("/versus")
    rows = page.locator("summary")
    expect(rows.first).to_be_visible(timeout=60_000)
    rows.first.click()
    expect(page.get_by_text(WORDS["test"]).first).to_be_visible(timeout=60_000)
    fine(page)
