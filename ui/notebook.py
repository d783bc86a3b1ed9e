"""The student's notebook: what they predicted and found, page by page. Kept in the session and in their own browser, nowhere else."""

import json
import time
from pathlib import Path
from typing import Any

import streamlit as st

NOTES = "_notebook"
_WHEN = "_notebook_when"  # by page: when it was last changed, also by striking out; of two tabs the later one is right
_KEY = "notebook"
FIELDS = ("prediction", "outcome", "finding", "transfer", "runs")
LONGEST = 2000  # characters of one note
MOST = 40  # pages; what comes from a browser is not to be trusted
LATEST = 1e11  # seconds
_MOMENT = 1e-3  # seconds

_COMPONENT = st.components.v2.component(
    "notebook",
    html="<span hidden></span>\n",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def recall() -> None:
    """Take over what the browser has kept, also of other tabs; call once at the start of each script run."""
    told = (st.session_state.get(_KEY) or {}).get("kept") or ""
    for page, fields in checked(told).items():
        at = fields.pop("at", 0.0)
        if page not in notes() or at > _when().get(page, 0.0):
            notes()[page], _when()[page] = fields, at


def remember() -> None:
    """Have the browser keep the notes; call once at the end of each script run."""
    dated = {page: {**fields, "at": _when().get(page, 0.0)} for page, fields in notes().items()}
    # In a list, for in a dict Streamlit looks for tables.
    _COMPONENT(key=_KEY, data=[json.dumps(dated)], on_kept_change=lambda: None)


def notes() -> dict[str, dict[str, str]]:
    """All notes, by page."""
    return st.session_state.setdefault(NOTES, {})


def note(page: str, field: str) -> str | None:
    """What the student noted on a page, or None."""
    return notes().get(page, {}).get(field)


def keep(page: str, **fields: str) -> None:
    """Note something on a page."""
    _change(page, notes().get(page, {}) | fields)


def forget(page: str, *fields: str) -> None:
    """Strike something out on a page."""
    _change(page, {name: value for name, value in notes().get(page, {}).items() if name not in fields})


def forget_all() -> None:
    """Begin a new notebook. Its pages stay, empty: what other tabs still know of them is older."""
    for page in list(notes()):
        _change(page, {})


def _change(page: str, fields: dict[str, str]) -> None:
    if fields != notes().get(page):  # each lesson notes what it found whenever it is drawn
        # What was noted later counts, also where the clock was put back since.
        notes()[page], _when()[page] = fields, max(time.time(), _when().get(page, 0.0) + _MOMENT)


def _when() -> dict[str, float]:
    return st.session_state.setdefault(_WHEN, {})


def checked(text: str) -> dict[str, dict[str, Any]]:
    """Notes out of a text from a browser, with the time ``at`` which each page was changed; whatever is not a note is left out."""
    try:
        pages: Any = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(pages, dict):
        return {}
    return {str(page)[:LONGEST]: _fields(one) for page, one in list(pages.items())[:MOST] if isinstance(one, dict)}


def _fields(one: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value[:LONGEST] for name, value in one.items() if name in FIELDS and isinstance(value, str)}
    at = one.get("at")
    return {**fields, "at": at} if type(at) in (int, float) and 0 < at < LATEST else fields
