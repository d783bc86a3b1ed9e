"""A file that browsers fetch once and keep.

It goes squeezed to other machines, for a class shares one network, and scripts shrink to a quarter. On this machine that would only take
time.
"""

import gzip
import mimetypes
import threading
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ui.hosts import is_loopback

HEADERS = {"Cache-Control": "public, immutable, max-age=31536000", "Vary": "Accept-Encoding"}  # its name changes with what is in it
TEXT = ("text/javascript", "application/javascript", "text/css", "image/svg+xml")  # other kinds are squeezed already


def takes_gzip(request: Request) -> bool:
    """Whether whoever asks can unpack an answer."""
    return "gzip" in request.headers.get("accept-encoding", "")


class Parcel:
    """One such file: its name, which tells what kind it is, and how to read it."""

    def __init__(self, name: str, read: Callable[[], bytes]) -> None:
        self._kind, self._read = mimetypes.guess_type(name)[0], read
        self._squeezed: bytes | None = None
        self._squeezing = threading.Lock()

    async def answer(self, request: Request) -> Response:
        """The whole file."""
        if self._kind not in TEXT or not takes_gzip(request) or is_loopback(request.headers.get("host", "")):
            return Response(self._read(), headers=HEADERS, media_type=self._kind)
        body = self._squeezed or await run_in_threadpool(self._squeeze)
        return Response(body, headers=HEADERS | {"Content-Encoding": "gzip"}, media_type=self._kind)

    def _squeeze(self) -> bytes:
        with self._squeezing:  # thirty ask at once
            self._squeezed = self._squeezed or gzip.compress(self._read(), 6, mtime=0)
        return self._squeezed
