"""Around every request: which host names are served, headers that keep browsers careful, and a cookie that tells students apart."""

import ipaddress
import os

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.cookie import known, new_cookie

LOCAL_ENDINGS = (".local", ".localhost", ".lan", ".home", ".home.arpa", ".internal")
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}


def host_allowed(host: str) -> bool:
    """Whether a Host header names this server: an address, a name of the local network, or one listed in ``LATENT_LAB_HOSTS``.

    A foreign page can have its own name resolve to this machine and then read what the lab serves (DNS rebinding); it needs a public
    name for that. ``server.allowedHosts`` cannot say "any address" and covers websockets only, hence this. ``LATENT_LAB_HOSTS`` is a
    comma-separated list, with ``*`` for any.
    """
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").rstrip(".").lower()
    listed = {entry.strip().lower() for entry in os.environ.get("LATENT_LAB_HOSTS", "").split(",") if entry.strip()}
    if listed & {"*", name} or "." not in name or name.endswith(LOCAL_ENDINGS):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware: refuses foreign host names, adds ``HEADERS`` to responses, and gives each browser its cookie with a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        if not host_allowed(Headers(scope=scope).get("host", "")):
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1008})
            refusal = PlainTextResponse("This host name is not served. List it in LATENT_LAB_HOSTS to allow it.", 421)
            return await refusal(scope, receive, send)

        stranger = not known(HTTPConnection(scope).cookies)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if stranger and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", new_cookie())
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
