"""The title of a page stands before the rest is drawn."""

import threading
from types import SimpleNamespace

from test_pages import open_page
from test_turnstile import free
from waiting import until

from ui import heading
from ui.turnstile import crowded, one_at_a_time


def test_the_browser_has_a_moment_for_the_title_of_each_page_that_is_turned_to_and_others_pass_meanwhile(monkeypatch):
    moments = []
    monkeypatch.setattr(heading, "time", SimpleNamespace(sleep=lambda seconds: moments.append((seconds, free()))))
    app = open_page("home")
    assert moments == []
    for turns, name in enumerate(("losses", "globe", "train"), 1):
        app.switch_page(f"../pages/{name}.py").run()
        app.run()
        assert moments == turns * [(heading.MOMENT, True)]
        assert not app.exception


def test_where_others_wait_for_their_pages_nobody_waits_a_moment_more(monkeypatch):
    moments = []
    monkeypatch.setattr(heading, "time", SimpleNamespace(sleep=moments.append))

    def draw():
        with one_at_a_time():
            pass

    monkeypatch.setattr(heading, "st", SimpleNamespace(title=lambda words: None, session_state={heading._SHOWN: "A page"}))
    with one_at_a_time():
        other = threading.Thread(target=draw)
        other.start()
        until(crowded)
        heading.title("Another page")
    other.join()
    assert not crowded()
    heading.title("One more")
    assert moments == [heading.MOMENT]
