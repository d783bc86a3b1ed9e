"""The student's notebook: what they predicted and found, page by page. Kept in the session and in their own browser, nowhere else."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

NOTES = "_notebook"
_READ = "_notebook_read"
_KEY = "notebook"
FIELDS = ("prediction", "outcome", "finding", "transfer", "further", "further_finding", "runs")
LONGEST = 2000  # characters of one note
MOST = 40  # pages; what comes from a browser is not to be trusted

_COMPONENT = st.components.v2.component(
    "notebook",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def recall() -> None:
    """Take over what the browser has kept; call once at the start of each script run."""
    told = (st.session_state.get(_KEY) or {}).get("kept")
    if told and not st.session_state.get(_READ):
        st.session_state[NOTES] = {**checked(told), **notes()}  # what was noted before the browser answered is newer
        st.session_state[_READ] = True


def remember() -> None:
    """Have the browser keep the notes; call once at the end of each script run."""
    known = bool(st.session_state.get(_READ))
    # In a list, for in a dict Streamlit looks for tables.
    _COMPONENT(key=_KEY, data=[known, json.dumps(notes()) if notes() else ""], on_kept_change=lambda: None)


def notes() -> dict[str, dict[str, str]]:
    """All notes, by page."""
    return st.session_state.setdefault(NOTES, {})


def note(page: str, field: str) -> str | None:
    """What the student noted on a page, or None."""
    return notes().get(page, {}).get(field)


def keep(page: str, **fields: str) -> None:
    """Note something on a page."""
    notes()[page] = notes().get(page, {}) | fields


def forget(page: str, *fields: str) -> None:
    """Strike something out on a page."""
    notes()[page] = {name: value for name, value in notes().get(page, {}).items() if name not in fields}


def forget_all() -> None:
    """Begin a new notebook."""
    st.session_state[NOTES] = {}


def checked(text: str) -> dict[str, dict[str, str]]:
    """Notes out of a text from a browser; whatever is not a note is left out."""
    try:
        pages: Any = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(pages, dict):
        return {}
    return {str(page)[:LONGEST]: _fields(one) for page, one in list(pages.items())[:MOST] if isinstance(one, dict)}


def _fields(one: dict[str, Any]) -> dict[str, str]:
    return {name: value[:LONGEST] for name, value in one.items() if name in FIELDS and isinstance(value, str)}
