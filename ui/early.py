"""What browsers of other machines may fetch ahead: they are told with each page.

Nearly every page but the first has charts, and what draws them is larger than all the rest: on a network that a class shares, a page that
has to wait for it stays empty for seconds.
"""

import re
from collections.abc import Iterator
from functools import cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.hosts import is_loopback
from ui.scripts import FOLDER

CHARTS = "js/PlotlyChart.*.js"
_HEAD = 20_000  # characters of a script within which it names those that it needs
_NEEDS = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')


@cache
def links() -> str:
    """The header ``Link`` for what draws charts."""
    return ", ".join(f"<./static/js/{name}>; rel=prefetch; as=script" for name in _needed())


def _needed() -> Iterator[str]:
    """Its script, and those which that needs and the page does not name itself."""
    known = set(re.findall(r"[\w.-]+\.js", (FOLDER.parent / "index.html").read_text(encoding="utf-8")))
    ahead = [path.name for path in FOLDER.glob(CHARTS)]
    while ahead:
        name = ahead.pop()
        if name not in known:
            known.add(name)
            yield name
            with (FOLDER / "js" / name).open(encoding="utf-8") as file:
                ahead += _NEEDS.findall(file.read(_HEAD))


class Early:
    """ASGI middleware: adds ``links`` to pages that go to other machines."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", links())
            await send(message)

        far = scope["type"] == "http" and not is_loopback(Headers(scope=scope).get("host", ""))
        await self.app(scope, receive, send_with_links if far else send)
