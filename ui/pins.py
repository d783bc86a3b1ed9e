"""Pins: which runs stay when room is made, and a word on those that did not."""

import streamlit as st

from jobs.store import origin
from ui import actions, cached, student, text
from ui.phrases import fill
from vae_core.own_limits import MEGA


def toggle(run_id: str, title: str) -> None:
    """Draw the switch that pins a run, by name; a model of the lab stays by itself and has none."""
    if origin(run_id) == "pretrained":
        return
    key = f"pin_{run_id}"
    pinned = run_id in cached.store().shelves.shelf(student.identity()).pins
    if st.session_state.get(key) is not pinned:  # setting a widget's key for nothing would race with its next change
        st.session_state[key] = pinned
    st.toggle(
        f"📌\u202fPin {text.spoken(title)}",
        pinned,
        key=key,
        on_change=actions.pin,
        args=(run_id, key),
        help=text.sections("pins")["help"],
    )


def removed() -> None:
    """Say how many of this student's runs were removed to make room, until that was read."""
    count = cached.store().shelves.shelf(student.identity()).removed
    if not count:
        return
    words = text.sections("pins")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(words["one"] if count == 1 else fill(words["removed"], count=f"{count:,}"), icon="🧹")
        st.button(words["read"], key="removed_read", on_click=actions.was_told)


def share() -> None:
    """How much this student keeps, and may keep."""
    quota, who = cached.quota(), student.identity()
    most = quota.total if who == student.HERE else quota.each
    kept = quota.kept(who) if who != student.HERE else quota.kept_by_all()
    numbers = {"count": kept.count, "of": most.count, "megabytes": round(kept.bytes / MEGA), "of_megabytes": most.bytes // MEGA}
    st.caption(fill(text.sections("pins")["share"], **{name: f"{number:,}" for name, number in numbers.items()}))
