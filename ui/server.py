"""The HTTP side: binary routes beside the pages, and what happens when the server starts and ends."""

import json
import signal
import struct
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from jobs.engine import Engine, get_engine
from ui.guard import Guard
from vae_core.recording import Recording, RecordingError

LONG_POLL = 10.0  # seconds
FRAMES_PER_ANSWER = 50
# Streamlit compresses responses otherwise, which costs more time than it saves on the way to the same machine.
HEADERS = {"Cache-Control": "no-store", "Content-Encoding": "identity"}


async def probe(request: Request) -> Response:
    """``GET /api/runs/{id}/probe``: the images that every frame encodes; waits for them while a run begins."""
    if (recording := await _recording(request)) is None:
        return _missing()
    if recording.status.active:
        await get_engine().wait_newer(request.path_params["id"], -1, LONG_POLL)
    return await _file(recording.path.joinpath("probe.bin").read_bytes)


async def weights(request: Request) -> Response:
    """``GET /api/runs/{id}/weights/{index}``: the network at a key frame."""
    if (recording := await _recording(request)) is None:
        return _missing()
    return await _file(partial(recording.weights_bytes, request.path_params["index"]))


async def frames(request: Request) -> Response:
    """``GET /api/runs/{id}/frames?after=N&limit=L&wait=0``: the frames after N, as ``uint32`` length | frame, one after the other.

    Answers as soon as there are any or the run is not active; with 204 when something else about the run has changed, or after
    ``LONG_POLL`` seconds (with ``wait=0``, at once). The header ``X-Run`` says how the run stands.
    """
    try:
        after = int(request.query_params.get("after", -1))
        limit = int(request.query_params.get("limit", FRAMES_PER_ANSWER))
    except ValueError:
        return PlainTextResponse("after and limit are whole numbers.", 400, HEADERS)
    if (recording := await _recording(request)) is None:
        return _missing()
    after = max(-1, min(after, 10**6))
    patience = 0.0 if request.query_params.get("wait") == "0" else LONG_POLL
    newer = await get_engine().wait_newer(request.path_params["id"], after, patience)
    try:
        # Status before frames: who reads that the run is over has been given all frames, or can ask for the rest.
        standing, body = await run_in_threadpool(_read, recording, after, max(1, min(limit, 200)))
    except RecordingError:
        return _missing()
    headers = HEADERS | {"X-Run": json.dumps(standing)}
    if not newer and not body:
        return Response(status_code=204, headers=headers)
    return Response(body, media_type="application/octet-stream", headers=headers)


def _read(recording: Recording, after: int, limit: int) -> tuple[dict[str, Any], bytes]:
    status, count = recording.status, recording.frame_count
    standing = {
        "state": status.state,
        "step": status.step,
        "total_steps": status.total_steps,
        "images_per_second": round(status.images_per_second, 1),
        "message": status.message,
        "frames": count,
        "key_frames": recording.key_frames,
    }
    blobs = [recording.frame_bytes(index) for index in range(after + 1, min(count, after + 1 + limit))]
    return standing, b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)


async def _recording(request: Request) -> Recording | None:
    return await run_in_threadpool(get_engine().store.get, request.path_params["id"])


async def _file(read: Callable[[], bytes]) -> Response:
    try:
        body = await run_in_threadpool(read)
    except (OSError, RecordingError):
        return _missing()
    return Response(body, media_type="application/octet-stream", headers=HEADERS)


def _missing() -> Response:
    return PlainTextResponse("There is no such recording, or not yet.", 404, HEADERS)


ROUTES = [
    Route("/api/runs/{id}/probe", probe),
    Route("/api/runs/{id}/frames", frames),
    Route("/api/runs/{id}/weights/{index:int}", weights),
]
MIDDLEWARE = [Middleware(Guard)]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the cluster in the background; when the server ends, end it too."""
    engine = get_engine()
    _hang_up_on_signals(engine)
    engine.warm()
    try:
        yield
    finally:
        await run_in_threadpool(engine.close)


def _hang_up_on_signals(engine: Engine) -> None:
    """Let long polls go when a signal ends the server, which otherwise waits for them before its lifespan ends."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(received: int, frame: Any, before: Any = before) -> None:
            engine.hang_up()
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
