"""Who is at the other end: a student, known by a secret that the browser keeps; or whoever sits at this machine."""

import ipaddress
import re
import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from jobs.shelves import HERE
from ui import cached

COOKIE = "latent_lab_student"
_SECRET = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600


def new_cookie() -> str:
    """A Set-Cookie header's value for a browser that has none of ours; scripts cannot read it, and other sites cannot send it."""
    return f"{COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"


def known(cookies: dict[str, str]) -> bool:
    """Whether a browser has shown a cookie of ours."""
    return _SECRET.fullmatch(cookies.get(COOKIE, "")) is not None


def is_loopback(host: str) -> bool:
    """Whether a Host header, or none, names the very machine."""
    name = (host.rsplit(":", 1)[0] if not host.endswith("]") else host).strip("[]").lower()
    try:
        return name in ("", "localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def identity() -> str:
    """The student of this session; without cookies, the session itself."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or is_loopback(st.context.headers.get("Host") or ""):
        return HERE
    cookies = st.context.cookies.to_dict()
    return cookies[COOKIE] if known(cookies) else f"session {context.session_id}"


def keeps() -> dict[str, str]:
    """The runs that this student keeps, and their names there."""
    return cached.store().shelves.of(identity())


def may_list() -> set[str]:
    """The runs that stand in this student's lists; at the machine itself, those of everybody."""
    shelves = cached.store().shelves
    return shelves.all() if identity() == HERE else set(shelves.of(identity()))
