"""Whether this browser is used by finger: a swipe over a chart in which one selects must scroll the page, not draw a lasso."""

from pathlib import Path

import streamlit as st

_KEY, _USED = "finger", "_finger_used"
AT_REST = "pan"  # the mode in which finger.js leaves swipes to the page; a chart that selects cannot have none

_COMPONENT = st.components.v2.component(
    "finger",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def dragmode(mode: str) -> str:
    """What a drag over a chart does at first: ``mode`` with a mouse; a finger has to press the chart's button for it."""
    return AT_REST if st.session_state.get(_USED) else mode


def ask() -> None:
    """Have the browser say so if it is; then the page is drawn again. Call once at the end of a page in whose charts one selects."""
    _COMPONENT(key=_KEY, data=[bool(st.session_state.get(_USED))], on_used_change=_heard)


def _heard() -> None:
    st.session_state[_USED] = True
