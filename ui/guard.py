"""Around every request: which host names are served, headers that keep browsers careful, and a cookie that tells students apart."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.cookie import COOKIE, renewed
from ui.hosts import host_allowed

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}


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

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                known_anew = any(value.startswith(COOKIE) for value in headers.getlist("set-cookie"))
                if headers.get("content-type", "").startswith("text/html") and not known_anew:
                    headers.append("Set-Cookie", renewed(HTTPConnection(scope).cookies))
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
