"""Recordings over HTTP, as bytes: what the pages' instruments read beside the pages themselves."""

import dataclasses
import gzip
import hashlib
import json
import math
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from jobs.engine import get_engine
from jobs.settings import data_folder
from ui import network
from ui import slim as slimming
from vae_core.catalogue import entry
from vae_core.frame import Probe
from vae_core.recording import Recording, RecordingError
from vae_core.wire import WireError

LONG_POLL = 10.0  # seconds
FRAMES_PER_ANSWER = 50
LARGE = 200_000  # bytes
SLIM_LARGE = 8_000
LONGEST_CODE = 1024  # numbers
FARTHEST = 1e6  # from the origin along a dimension
# Streamlit compresses all responses otherwise, which costs a live frame more time than it saves.
HEADERS = {"Cache-Control": "no-store", "Content-Encoding": "identity"}


async def probe(request: Request) -> Response:
    """``GET /api/runs/{id}/probe``: the images that every frame encodes; waits for them while a run begins."""
    if (recording := await _recording(request)) is None:
        return _missing()
    if recording.status.active:
        await get_engine().wait_newer(request.path_params["id"], -1, LONG_POLL)
    return await _file(request, partial(_probe, recording))


async def weights(request: Request) -> Response:
    """``GET /api/runs/{id}/weights/{index}``: the network at a key frame; with ``?part=decoder`` without its encoder."""
    if (recording := await _recording(request)) is None:
        return _missing()
    read = partial(recording.weights_bytes, request.path_params["index"])
    if request.query_params.get("part") == "decoder":
        return await _file(request, lambda: network.without_encoder(read()))
    return await _file(request, read)


async def decode(request: Request) -> Response:
    """``GET /api/runs/{id}/decode/{index}?z=0.5,-1``: the image at a code by the network at a key frame, uint8, row by row.

    For browsers that cannot run the network themselves. 400 if z is not a list of finite numbers, 422 if the network or z does not fit.
    """
    code = _code(request.query_params.get("z", ""))
    if code is None:
        return PlainTextResponse("z is a list of finite numbers with commas between them.", 400, HEADERS)
    if (recording := await _recording(request)) is None:
        return _missing()
    try:
        image = await run_in_threadpool(network.decode, recording, code, request.path_params["index"])
    except RecordingError:
        return _missing()
    except ValueError as error:
        return PlainTextResponse(f"This picture cannot be drawn: {error}.", 422, HEADERS)
    return await _binary(request, image.tobytes(), {})


def _code(text: str) -> np.ndarray | None:
    """One code (1, d) from a query, or None."""
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        return None
    if len(numbers) > LONGEST_CODE or not all(abs(number) <= FARTHEST for number in numbers):
        return None
    return np.array([numbers], np.float32)


async def frames(request: Request) -> Response:
    """``GET /api/runs/{id}/frames?after=N&limit=L&wait=0``: the frames after N, as ``uint32`` length | frame, one after the other.

    With ``form=slim`` they are rounded and told by their differences, as ``ui.slim`` makes them.
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
        slim = request.query_params.get("form") == "slim"
        standing, body = await run_in_threadpool(_read, recording, after, max(1, min(limit, 200)), slim)
    except (RecordingError, WireError):
        return _missing()
    headers = {"X-Run": json.dumps(standing)}
    if not newer and not body:
        return Response(status_code=204, headers=HEADERS | headers)
    if not slim:
        return await _binary(request, body, headers)
    return await _binary(request, body, headers, SLIM_LARGE, 6 if len(body) > LARGE else 1)  # a live frame must be quick


def _read(recording: Recording, after: int, limit: int, slim: bool) -> tuple[dict[str, Any], bytes]:
    status, count = recording.status, recording.frame_count
    standing = {
        "state": status.state,
        "step": status.step,
        "total_steps": status.total_steps,
        "images_per_second": round(status.images_per_second, 1),
        "message": status.message,
        "frames": count,
        "key_frames": recording.key_frames,
        "probe": _fingerprint(recording.path / "probe.bin"),
    }
    blobs = [recording.frame_bytes(index) for index in range(after + 1, min(count, after + 1 + limit))]
    if slim:
        return standing, slimming.records(slimming.slim(blob) for blob in blobs)
    return standing, b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)


async def _recording(request: Request) -> Recording | None:
    return await run_in_threadpool(get_engine().store.get, request.path_params["id"])


def _probe(recording: Recording) -> bytes:
    """As recorded; where a recording must not hold the images, with those that are on this machine."""
    body = (recording.path / "probe.bin").read_bytes()
    source = entry(recording.recipe.data)
    if source.redistributable:
        return body
    probe = Probe.unpack(body)
    originals = None if len(probe.images) else source.originals(data_folder(), len(probe.labels))
    fits = originals is not None and originals.shape == (len(probe.labels), math.prod(probe.shape))
    return dataclasses.replace(probe, images=originals).pack() if fits else body


def _fingerprint(path: Path) -> str:
    """Equal for equal files, so that runs on the same images send them once."""
    try:
        return _checksum(path, path.stat().st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=256)
def _checksum(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


async def _file(request: Request, read: Callable[[], bytes]) -> Response:
    try:
        body = await run_in_threadpool(read)
    except (OSError, ValueError):
        return _missing()
    return await _binary(request, body, {})


async def _binary(request: Request, body: bytes, headers: dict[str, str], large: int | None = None, effort: int = 1) -> Response:
    """Squeezed if it is large: mostly black images shrink to a third."""
    headers = HEADERS | headers
    if len(body) > (LARGE if large is None else large) and "gzip" in request.headers.get("accept-encoding", ""):
        body = await run_in_threadpool(gzip.compress, body, effort, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/octet-stream", headers=headers)


def _missing() -> Response:
    return PlainTextResponse("There is no such recording, or not yet.", 404, HEADERS)
