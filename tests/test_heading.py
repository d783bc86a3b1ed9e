"""The title of a page stands before the rest is drawn."""

from types import SimpleNamespace

from test_pages import open_page
from test_turnstile import free

from ui import heading


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
