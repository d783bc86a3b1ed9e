"""Slow motion: a walk through numbered steps, at the student's own pace."""

from collections.abc import Sequence

import streamlit as st


def stepper(titles: Sequence[str], key: str, back: str, on: str) -> int:
    """Buttons for the next step and the last one, and all steps to choose from; returns where the student stands."""

    def go(by: int) -> None:
        st.session_state[key] = min(max((st.session_state.get(key) or 0) + by, 0), len(titles) - 1)

    step = st.session_state.get(key) or 0
    st.segmented_control(
        "Steps",
        range(len(titles)),
        default=step,
        format_func=lambda step: f"{step + 1} {titles[step]}",
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True):
        st.button(back, key=f"{key}_back", disabled=step == 0, on_click=go, args=(-1,))
        st.button(on, key=f"{key}_on", type="primary", disabled=step == len(titles) - 1, on_click=go, args=(1,))
    return step
