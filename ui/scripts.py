"""Streamlit's own scripts and styles, served from the event loop.

A browser's first visit asks for some sixty of them. Streamlit hands each one to threads, which at the start wait again and again for
what is still being imported.
"""

import mimetypes
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(streamlit.__file__).parent / "static" / "static"
HEADERS = {"Cache-Control": "public, immutable, max-age=31536000"}  # their names change with what is in them


@cache
def _there() -> dict[str, Path]:
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.glob("*/*")}


async def script(request: Request) -> Response:
    """One file, whole; 404 for any other name."""
    path = _there().get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("There is no such file.", 404)
    return Response(path.read_bytes(), headers=HEADERS, media_type=mimetypes.guess_type(path.name)[0])


SCRIPTS = Route("/static/{name:path}", script)
