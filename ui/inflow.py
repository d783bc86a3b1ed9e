"""How much of what people upload lies in memory at once. Streamlit keeps each file there, and limits one file but not how many."""

import asyncio
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from vae_core.own_limits import MEGA

EACH, ALL = 110 * MEGA, 1_000 * MEGA  # bytes of one session, and of all
LARGEST = 54 * MEGA  # bytes of one request; Streamlit breaks a longer one off (server.maxUploadSize)
BESIDE = 2_000  # bytes that a file takes beside its content
FULL = (
    "There is no room for this file now: too much that was uploaded has not been used yet. Take some files off again, or reload the page."
)
PATIENCE = 60.0  # seconds in which at least something of a file on its way must come
BROKEN_OFF = "This file stopped coming. Upload it again."
_PLACE = "/_stcore/upload_file/"

Files = Mapping[str, Mapping[str, UploadedFileRec]]


def in_streamlit() -> Files:
    """The files that Streamlit keeps, by session and id."""
    from streamlit.runtime import Runtime

    return getattr(Runtime.instance().uploaded_file_mgr, "file_storage", {})


class Inflow:
    """ASGI middleware: refuses a file beyond the room that its session, or all, have left; ``kept`` tells what is there.

    A file on its way counts with what it says of its size, or as the largest if it does not say; one of which nothing comes any more is
    given up.
    """

    def __init__(self, app: ASGIApp, kept: Callable[[], Files] = in_streamlit) -> None:
        self.app, self.kept = app, kept
        self._coming: list[tuple[str, int]] = []  # session and bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "PUT" or _PLACE not in scope["path"]:
            return await self.app(scope, receive, send)
        session = scope["path"].rpartition(_PLACE)[2].partition("/")[0]
        coming = session, _said(Headers(scope=scope).get("content-length", ""))
        if not self._fits(*coming):
            return await PlainTextResponse(FULL, 413)(scope, receive, send)
        self._coming.append(coming)
        try:
            await self.app(scope, _impatient(receive), send)
        except ClientDisconnect:
            await PlainTextResponse(BROKEN_OFF, 408, {"Connection": "close"})(scope, receive, send)
        finally:
            self._coming.remove(coming)

    def _fits(self, session: str, size: int) -> bool:
        files = self.kept()
        mine = _bytes(files.get(session, {})) + sum(coming for of, coming in self._coming if of == session)
        others = sum(_bytes(files[other]) for other in list(files) if other != session)
        others += sum(coming for of, coming in self._coming if of != session)
        return mine + size <= EACH and mine + others + size <= ALL


def _impatient(receive: Receive) -> Receive:
    """Takes a connection that says nothing any more for one that is gone."""

    async def part() -> Message:
        try:
            return await asyncio.wait_for(receive(), PATIENCE)
        except TimeoutError:
            return {"type": "http.disconnect"}

    return part


def _said(length: str) -> int:
    return min(int(length), LARGEST) + BESIDE if length.isdecimal() else LARGEST + BESIDE


def _bytes(files: Mapping[str, UploadedFileRec]) -> int:
    return sum(BESIDE + len(file.data) + len(file.name) for file in list(files.values()))
