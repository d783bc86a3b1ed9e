"""Who is at the other end: a student, known by a secret that the browser keeps; or whoever sits at this machine."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from jobs.shelves import HERE
from ui import cached
from ui.cookie import COOKIE, known
from ui.hosts import is_loopback

# What a proxy says of whom it speaks for; then its own address, which may be this machine's, says nothing.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def identity() -> str:
    """The student of this session; without cookies, the session itself."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or _is_here():
        return HERE
    cookies = st.context.cookies.to_dict()
    return cookies[COOKIE] if known(cookies) else f"session {context.session_id}"


def _is_here() -> bool:
    """Whether a browser on this machine asks, and asks for this machine. The name alone anybody may send."""
    headers = st.context.headers
    far = isinstance(st.context.ip_address, str)  # Streamlit gives none that is a loopback one
    return not far and is_loopback(headers.get("Host") or "") and not any(name in headers for name in FORWARDED)


def may_list() -> set[str]:
    """The runs that stand in this student's lists; at the machine itself, those of everybody."""
    shelves = cached.store().shelves
    return shelves.all() if identity() == HERE else set(shelves.of(identity()))
