"""The secret by which a browser is known again."""

import re
import secrets

COOKIE = "latent_lab_student"
_SECRET = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600


def renewed(cookies: dict[str, str]) -> str:
    """A Set-Cookie header's value: the secret that a browser has shown, for a year from now, or a new one.

    Scripts cannot read it, and other sites cannot send it.
    """
    secret = cookies[COOKIE] if known(cookies) else secrets.token_hex(16)
    return f"{COOKIE}={secret}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"


def known(cookies: dict[str, str]) -> bool:
    """Whether a browser has shown a cookie of ours."""
    return _SECRET.fullmatch(cookies.get(COOKIE, "")) is not None
