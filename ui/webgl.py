"""Whether the browser draws with WebGL, which Plotly's fast scatters and its globe need. Until it says otherwise it is taken to."""

from pathlib import Path

import streamlit as st

_KEY, _MISSING = "webgl", "_webgl_missing"

_COMPONENT = st.components.v2.component(
    "webgl",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def missing() -> bool:
    """Whether this session's browser has said that it has none."""
    return bool(st.session_state.get(_MISSING))


def ask() -> None:
    """Have the browser say so if it has none; the page is then drawn again. Call once at the end of a page that draws with it."""
    _COMPONENT(key=_KEY, data=[missing()], on_missing_change=_heard)


def _heard() -> None:
    st.session_state[_MISSING] = True
