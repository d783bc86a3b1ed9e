"""Streamlit's own scripts and styles, served from the event loop.

A browser's first visit asks for some sixty of them. Streamlit hands each one to threads, which at the start wait again and again for
what is still being imported.
"""

import threading
import time
from functools import cache, partial
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui import first_paint
from ui.parcel import Parcel

FOLDER = Path(streamlit.__file__).parent / "static" / "static"
COMES_AT_ONCE = 0.3  # seconds from the start within which a browser that waits for the port asks for its first script
PAUSE = 0.06  # seconds without a question after which it has them all
_asked = threading.Event()


@cache
def _there() -> dict[str, Parcel]:
    return {path.relative_to(FOLDER).as_posix(): Parcel(path.name, partial(_read, path)) for path in FOLDER.glob("*/*")}


def _read(path: Path) -> bytes:
    """A file; the style that the page itself links to has ours at its end."""
    return path.read_bytes() + (first_paint.STYLE.encode() if path.match("css/index.*.css") else b"")


async def script(request: Request) -> Response:
    """One file, whole; 404 for any other name."""
    _asked.set()
    parcel = _there().get(request.path_params["name"])
    return PlainTextResponse("There is no such file.", 404) if parcel is None else await parcel.answer(request)


def let_pass() -> None:
    """Wait until a browser that comes at once has its scripts: it needs a while to read them, and can show nothing before."""
    patience = COMES_AT_ONCE
    while _asked.wait(patience):
        _asked.clear()
        time.sleep(PAUSE)
        patience = 0.0


SCRIPTS = Route("/static/{name:path}", script)
