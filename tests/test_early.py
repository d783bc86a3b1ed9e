"""What browsers of other machines are told to fetch ahead."""

import re
from types import SimpleNamespace

import pytest

from ui import early
from ui.scripts import FOLDER


def told(monkeypatch, **headers):
    monkeypatch.setattr(early.st, "context", SimpleNamespace(headers=headers))
    return early.addresses()


@pytest.mark.parametrize("host", ["192.168.1.7:8501", "lab.local"])
def test_it_is_the_script_that_draws_charts_and_all_that_it_needs(monkeypatch, host):
    paths = told(monkeypatch, Host=host)
    assert len(paths) == len(set(paths))
    assert any("/PlotlyChart." in path for path in paths)
    in_page = set(re.findall(r"[\w.-]+\.js", (FOLDER.parent / "index.html").read_text()))
    named = {path.removeprefix("static/js/") for path in paths}
    assert not in_page & named
    for name in named:
        needs = re.findall(r'(?:from|import)"\./([\w.-]+\.js)"', (FOLDER / "js" / name).read_text())
        assert set(needs) <= in_page | named


@pytest.mark.parametrize("headers", [{"Host": "localhost:8501"}, {"Host": "[::1]:8501"}, {}])
def test_a_browser_on_this_machine_is_told_nothing(monkeypatch, headers):
    assert told(monkeypatch, **headers) == []
