"""A start does not read what every installed package says of itself."""

import importlib.metadata

from streamlit.components.v2 import manifest_scanner
from streamlit.components.v2.component_manager import BidiComponentManager

import app


def test_streamlit_looks_for_no_components_in_other_packages(monkeypatch):
    importlib.reload(manifest_scanner)
    read = []
    monkeypatch.setattr(importlib.metadata, "distributions", lambda *_: read.append("all") or [])
    BidiComponentManager().discover_and_register_components(start_file_watching=False)
    assert read == ["all"]
    importlib.reload(app)
    BidiComponentManager().discover_and_register_components(start_file_watching=False)
    assert read == ["all"]
