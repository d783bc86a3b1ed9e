"""Whether the browser draws with WebGL, which Plotly's fast scatters and its globe need, and whether a graphics card does it."""

from pathlib import Path

import streamlit as st

_KEY, KIND = "webgl", "_webgl_kind"

_COMPONENT = st.components.v2.component(
    "webgl",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def fast() -> bool:
    """Whether this session's browser has said that a graphics card draws. Without one, a map is there sooner as SVG."""
    return _kind() == "fast"


def missing() -> bool:
    """Whether it has said that it has no WebGL."""
    return _kind() == "missing"


def ask() -> None:
    """Have the browser say so if either is so; then the page is drawn again. Call once at the end of a page that draws with WebGL."""
    _COMPONENT(key=_KEY, data=[_kind()], on_kind_change=_heard)


def _kind() -> str:
    return str(st.session_state.get(KIND, ""))


def _heard() -> None:
    st.session_state[KIND] = st.session_state[_KEY]["kind"]
