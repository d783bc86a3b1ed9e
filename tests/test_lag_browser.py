"""A browser that hears late of what the server did: nothing that a student does meanwhile undoes it."""

import re

from playwright.sync_api import expect
from screen import FIRST, drawn, every, fine

LATE = 4000  # ms


class Line:
    """The line from the server to a page, which can be held up; the other way stays open."""

    def __init__(self, page):
        self.held = None
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket):
        self._socket = socket
        socket.connect_to_server().on_message(self._pass_on)

    def _pass_on(self, message):
        if self.held is None:
            self._socket.send(message)
        else:
            self.held.append(message)

    def hold(self):
        self.held = []

    def let_go(self, page=None):
        """Send what was held up: at once, or so slowly that ``page`` draws each message by itself."""
        held, self.held = self.held, None
        for message in held:
            self._socket.send(message)
            if page is not None:
                page.wait_for_timeout(20)


def pressed_unheard(page, address):
    """*Train* is pressed, and the line held up on which the page would tell of it."""
    line = Line(page)
    page.goto(address)
    drawn(page)
    line.hold()
    page.get_by_role("button", name="Train", exact=True).click()
    return line


def test_what_a_student_changes_before_the_new_runs_are_shown_leaves_them_on_the_screen(page):
    line = pressed_unheard(page, "/train?epochs=3")
    page.wait_for_timeout(LATE)
    beta = page.get_by_label("β", exact=True)
    beta.fill("2")
    beta.press("Enter")
    page.wait_for_timeout(1000)
    line.let_go()
    every(page, "!c.run.id.startsWith('p-') && c.recording.status?.state == 'done' && c.frame")
    expect(beta).to_have_value("2")
    expect(page).to_have_url(re.compile(r"beta=2.*runs=|runs=.*beta=2"))
    fine(page)


def test_new_runs_are_on_the_screen_before_the_page_tells_of_them_and_stay_there(page):
    line = pressed_unheard(page, "/train?epochs=4")
    every(page, "!c.run.id.startsWith('p-') && c.frame && c.root.isConnected")
    assert "runs=" not in page.url
    page.evaluate(f"globalThis.shownEarly = [...{FIRST}.columns]")
    every(page, "c.recording.status?.state == 'done'")
    line.let_go()
    expect(page).to_have_url(re.compile("runs="))
    assert page.evaluate(f"{FIRST}.columns.every((column, at) => column === globalThis.shownEarly[at])")
    fine(page)


def test_a_lost_request_for_the_instrument_is_made_again(page):
    lost = []

    def lose(route):
        lost.append(route.request.url)
        route.abort() if len(lost) <= 2 else route.continue_()

    page.route("**/api/instrument/**", lose)
    page.goto("/")
    drawn(page)
    assert len(lost) == 3
    every(page, "c.transport === 'poll'")
    page.problems.clear()  # the lost requests are told on the console


def test_pages_turned_before_the_browser_hears_of_any_are_drawn_without_complaint(page):
    line = Line(page)
    page.goto("/train")
    drawn(page)
    links = page.get_by_test_id("stSidebarNav")
    for _ in range(2):
        line.hold()
        for title in ("Losses", "Models", "Losses", "Train live"):
            links.get_by_role("link", name=title).click()
            page.wait_for_timeout(1000)
        line.let_go()
        drawn(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Train live")
    fine(page)


def test_pictures_of_a_page_that_was_left_are_there_when_the_browser_hears_of_them(page):
    line = Line(page)
    page.goto("/train")
    drawn(page)
    links = page.get_by_test_id("stSidebarNav")
    line.hold()
    for title in ("Models", "Train live"):
        links.get_by_role("link", name=title).click()
        page.wait_for_timeout(LATE)
    shown = page.evaluate_handle("new Set()")
    page.evaluate(
        """shown => new MutationObserver(() => document.querySelectorAll("[data-testid=stImage] img").forEach(image => shown.add(image)))
               .observe(document.body, {childList: true, subtree: true})""",
        shown,
    )
    line.let_go(page)
    drawn(page)
    assert shown.evaluate("seen => seen.size") > 1, "the page that was left was never drawn"
    fine(page)
