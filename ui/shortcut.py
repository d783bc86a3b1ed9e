"""The lab's own routes, served before Streamlit's sessions, path checks and compression, none of which they use.

A class asks for frames a hundred times a second; what stands around a request would take longer than the answer.
"""

from collections.abc import Sequence

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config


class Shortcut:
    """ASGI middleware: answers what fits one of ``routes``, below the app's base path if it has one.

    It hands on all else, also a wrong method, which the app refuses.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self.app, self.routes = app, routes
        self.base = config.get_option("server.baseUrlPath").strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            below = scope | {"root_path": f"/{self.base}"} if self.base else scope
            for route in self.routes:
                match, more = route.matches(below)
                if match is Match.FULL:
                    return await route.handle(below | more, receive, send)
        await self.app(scope, receive, send)
