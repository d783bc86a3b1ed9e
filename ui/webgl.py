"""How the browser draws with WebGL, which Plotly's fast scatters and its globe need: by a graphics card, slowly without one, or not."""

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


@st.fragment
def ask() -> None:
    """Have the browser say how it draws. Call once at the end of a page; when the answer comes, nothing else is drawn again."""
    _COMPONENT(key=_KEY, data=[_kind()], on_kind_change=_heard)


def _kind() -> str:
    return str(st.session_state.get(KIND, ""))


def _heard() -> None:
    st.session_state[KIND] = st.session_state[_KEY]["kind"]
