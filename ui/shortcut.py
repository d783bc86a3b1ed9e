"""The lab's own routes, served before Streamlit's sessions, path checks and compression, none of which they use.

A class asks for frames a hundred times a second; what stands around a request would take longer than the answer.
"""

from collections.abc import Sequence

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """ASGI middleware: answers what fits one of ``routes``; hands on all else, also a wrong method, which the app refuses."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self.app, self.routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            for route in self.routes:
                match, more = route.matches(scope)
                if match is Match.FULL:
                    return await route.handle(scope | more, receive, send)
        await self.app(scope, receive, send)
