"""The path along which threads look for modules does not move while pages run."""

import sys
from importlib.machinery import PathFinder
from pathlib import Path

from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

from app import app
from ui.search_path import hold_still

ROOT = Path(__file__).parent.parent


def a_page_runs():
    """What Streamlit does to the path around each run."""
    return modified_sys_path(str(ROOT / app.script_path))


def test_a_page_that_runs_leaves_the_path_alone(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    hold_still()
    before = list(sys.path)
    with a_page_runs():
        assert sys.path == before
    assert sys.path == before


def test_nothing_in_the_script_s_folder_hides_another_module(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    hold_still()
    with a_page_runs():
        found = PathFinder.find_spec("site")  # there is a ui/site.py
    assert found
    assert not Path(found.origin).is_relative_to(ROOT / "ui")
