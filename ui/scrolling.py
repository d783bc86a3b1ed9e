"""The wheel over a globe."""

from pathlib import Path

import streamlit as st

_COMPONENT = st.components.v2.component(
    "scrolling",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def past_globes() -> None:
    """Have the wheel scroll the page over charts in space as well."""
    _COMPONENT(key="scrolling")
