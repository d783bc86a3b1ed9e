"""The notebook between the app and the browser: tabs beside each other, and sessions that come anew."""

import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from node import run_after

from ui import notebook

SCRIPT = Path(notebook.__file__).with_suffix(".js").read_text(encoding="utf-8").replace("export default function", "function mount")
BROWSER = """let kept = null;
    globalThis.localStorage = { getItem: () => stored, setItem: (_, text) => { stored = text; }, removeItem: () => { stored = null; } };
    const show = (data) => mount({ data, setStateValue: (_, text) => { kept = text; } });"""


@pytest.fixture
def tab(monkeypatch):
    """Makes tabs of one browser: each call is a new one, with ``notebook`` working in its session, until another one comes to the fore."""
    stored, clock = [None], itertools.count(1)
    monkeypatch.setattr(notebook, "time", SimpleNamespace(time=lambda: float(next(clock))), raising=False)

    class Tab:
        def __init__(self):
            self.session = {}

        def to_the_fore(self):
            monkeypatch.setattr(notebook, "st", SimpleNamespace(session_state=self.session))
            monkeypatch.setattr(notebook, "_COMPONENT", lambda data, **rest: self.show(data))
            return self

        def draw(self):
            """A script run, and those that the browser asks for."""
            self.told = None
            notebook.recall()
            notebook.remember()
            if self.told is not None:
                self.session["notebook"] = {"kept": self.told}
                self.draw()

        def show(self, data):
            body = f"let stored = before; {BROWSER} show(data); return [stored, kept];"
            stored[0], self.told = run_after(SCRIPT, body, data=data, before=stored[0])

        def noted(self):
            """On which pages something stands."""
            return sorted(page for page, fields in self.session[notebook.NOTES].items() if fields)

    def make(before=None):
        stored[0] = before or stored[0]
        one = Tab().to_the_fore()
        one.draw()
        return one

    return make


def test_what_one_tab_noted_outlives_the_next_page_of_another(tab):
    first = tab('{"elbo": {"prediction": "same"}}')  # from before notes had times
    second = tab()
    first.to_the_fore()
    notebook.keep("cloud", prediction="vae")
    notebook.keep("elbo", prediction="mixed")
    first.draw()
    second.to_the_fore()
    notebook.keep("elbo", prediction="same")  # as it was: nothing new
    second.draw()
    assert second.noted() == ["cloud", "elbo"]
    assert notebook.note("elbo", "prediction") == "mixed"
    assert tab().noted() == ["cloud", "elbo"]


def test_what_was_struck_out_does_not_come_back_from_another_tab(tab):
    first = tab()
    notebook.keep("cloud", prediction="vae", finding="So it is.")
    notebook.keep("elbo", prediction="same")
    first.draw()
    second = tab()
    notebook.forget("cloud", "finding")
    second.draw()
    first.to_the_fore().draw()
    assert notebook.notes()["cloud"] == {"prediction": "vae"}
    notebook.forget_all()
    first.draw()
    second.to_the_fore()
    notebook.keep("hole", prediction="even")
    second.draw()
    assert second.noted() == tab().noted() == ["hole"]
    first.to_the_fore().draw()
    assert first.noted() == ["hole"]


def test_what_is_noted_after_the_clock_was_put_back_counts(tab, monkeypatch):
    first = tab()
    monkeypatch.setattr(notebook, "time", SimpleNamespace(time=lambda: 1e9))
    notebook.keep("cloud", prediction="vae")
    first.draw()
    monkeypatch.setattr(notebook, "time", SimpleNamespace(time=lambda: 1e8))
    notebook.keep("cloud", prediction="ae")
    first.draw()
    assert notebook.note("cloud", "prediction") == "ae"
    second = tab()
    notebook.forget("cloud", "prediction")
    second.draw()
    assert second.noted() == tab().noted() == []


def test_an_empty_notebook_leaves_nothing_in_the_browser_and_what_the_app_refuses_is_told_once():
    answer = run_after(
        SCRIPT,
        f"""let stored = null; {BROWSER}
        show(["{{}}"]);
        const empty = [stored, kept];
        stored = strange; show(["{{}}"]);
        const first = kept;
        kept = null; show(["{{}}"]);
        return [empty, JSON.parse(first), kept];""",
        strange=json.dumps({"elbo": 3}),
    )
    assert answer == [[None, None], {"elbo": 3}, None]


def test_a_time_from_the_browser_is_not_trusted():
    sent = {"elbo": {"at": 5.5}, "cloud": {"at": "x"}, "hole": {"at": 1e300}, "few": {"at": True, "finding": "So."}}
    assert notebook.checked(json.dumps(sent)) == {"elbo": {"at": 5.5}, "cloud": {}, "hole": {}, "few": {"finding": "So."}}
