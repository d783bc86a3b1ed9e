"""Recordings over HTTP, as bytes: what the pages' instruments read beside the pages themselves."""

import asyncio
import dataclasses
import gzip
import json
import math
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from jobs.engine import get_engine
from jobs.settings import data_folder
from ui import headstart, network
from ui import slim as slimming
from ui.parcel import takes_gzip
from ui.standing import standing
from vae_core.catalogue import entry
from vae_core.frame import Probe
from vae_core.recording import Recording, RecordingError
from vae_core.wire import WireError

LONG_POLL = 10.0  # seconds
FIRST = 0.5  # seconds in which a run should be made and begin; else the browser is told that it waits
FRAMES_PER_ANSWER = 50
ANSWER = 8_000_000  # bytes of frames after which no more are added: people may bring runs with large ones
GATHER = 0.003  # seconds that frames gather before an answer, for each poll of a crowd: every answer costs all others time
LONGEST_GATHER = 0.5
LARGE = 200_000  # bytes
SLIM_LARGE = 8_000
LONGEST_CODE = 1024  # numbers
LONGEST_LABEL = 6  # digits
FARTHEST = 1e6  # from the origin along a dimension
# Streamlit compresses all responses otherwise, which costs a live frame more time than it saves.
HEADERS = {"Cache-Control": "no-store", "Content-Encoding": "identity"}


async def probe(request: Request) -> Response:
    """``GET /api/runs/{id}/probe``: the images that every frame encodes; waits for them while a run begins."""
    run_id = request.path_params["id"]
    await get_engine().wait_newer(run_id, -1, LONG_POLL)
    return await _file(request, lambda: _probe(_recording(run_id)))


async def weights(request: Request) -> Response:
    """``GET /api/runs/{id}/weights/{index}``: the network at a key frame; with ``?part=decoder`` without its encoder."""
    run_id, index = request.path_params["id"], request.path_params["index"]
    part = network.without_encoder if request.query_params.get("part") == "decoder" else bytes
    return await _file(request, lambda: part(_recording(run_id).weights_bytes(index)))


async def decode(request: Request) -> Response:
    """``GET /api/runs/{id}/decode/{index}?z=0.5,-1&label=7``: the image at a code by the network at a key frame, uint8, row by row.

    Where the data are points, their coordinates as float32. For browsers that cannot run the network themselves. A model that is told
    labels is told ``label``, by default the first; others take no notice. 400 if z is not a list of finite numbers or label not a
    number of one, 422 if the network does not fit them.
    """
    code = _code(request.query_params.get("z", ""))
    label = _label(request.query_params.get("label", "0"))
    if code is None or label is None:
        return PlainTextResponse("z is a list of finite numbers with commas between them, label a whole number.", 400, HEADERS)
    run_id, index = request.path_params["id"], request.path_params["index"]
    try:
        image = await run_in_threadpool(lambda: network.decode(_recording(run_id), code, index, np.array([label])))
    except RecordingError:
        return _missing()
    except ValueError as error:
        return PlainTextResponse(f"This picture cannot be drawn: {error}.", 422, HEADERS)
    return _binary(image.tobytes())


def _code(text: str) -> np.ndarray | None:
    """One code (1, d) from a query, or None."""
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        return None
    if len(numbers) > LONGEST_CODE or not all(abs(number) <= FARTHEST for number in numbers):
        return None
    return np.array([numbers], np.float32)


def _label(text: str) -> int | None:
    """The number of a label from a query, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_LABEL else None


class Wanted(NamedTuple):
    """Which frames are asked for: at most ``limit`` after the one numbered ``after``, or the ``newest`` alone; rounded if ``slim``."""

    after: int
    limit: int
    newest: bool
    slim: bool

    def among(self, count: int) -> range:
        """Their numbers, of a recording that has ``count``."""
        first = max(self.after + 1, count - 1) if self.newest else self.after + 1
        return range(first, min(count, first + self.limit))


async def frames(request: Request) -> Response:
    """``GET /api/runs/{id}/frames?after=N&limit=L&wait=0``: the frames after N, as ``uint32`` length | frame, one after the other.

    With ``newest=1`` only the newest of them. With ``form=slim`` they are rounded and told by their differences (see ``ui.slim``).
    Answers as soon as there are any (in a crowd, after they have gathered a little) or the run is not active; with 204 when something
    else about the run has changed, or after ``LONG_POLL`` seconds (with ``wait=0``, at once). The header ``X-Run`` says how the run stands.
    """
    try:
        after = int(request.query_params.get("after", -1))
        limit = int(request.query_params.get("limit", FRAMES_PER_ANSWER))
    except ValueError:
        return PlainTextResponse("after and limit are whole numbers.", 400, HEADERS)
    after, limit = max(-1, min(after, 10**6)), max(1, min(limit, 200))
    patience = 0.0 if request.query_params.get("wait") == "0" else LONG_POLL
    slim, newest = (request.query_params.get(name) == value for name, value in (("form", "slim"), ("newest", "1")))
    if after >= 0:
        headstart.seen(request.path_params["id"])
    newer = await get_engine().wait_newer(request.path_params["id"], after, patience)
    if newer and patience:
        await asyncio.sleep(min(LONGEST_GATHER, get_engine().crowd * GATHER))
    return await _frames(request, Wanted(after, limit, newest, slim), newer)


async def first(request: Request) -> Response:
    """``GET /api/runs/{id}/first``: the newest frame of a run that may be made any moment; waits a little for it and its first frame.

    Answers as ``frames`` does; with 204 and no ``X-Run`` if there is no such run.
    """
    await get_engine().wait_first(request.path_params["id"], FIRST)
    answer = await _frames(request, Wanted(-1, 1, newest=True, slim=False), newer=False)
    return Response(status_code=204, headers=HEADERS) if answer.status_code == 404 else answer


async def _frames(request: Request, wanted: Wanted, newer: bool) -> Response:
    run_id = request.path_params["id"]
    try:
        told, body, squeezed = await run_in_threadpool(_newer, run_id, wanted, takes_gzip(request))
    except (RecordingError, WireError):
        return _missing()
    headers = {"X-Run": json.dumps(told)}
    if not newer and not body:
        return Response(status_code=204, headers=HEADERS | headers)
    return _binary(body, squeezed, headers)


def _newer(run_id: str, wanted: Wanted, gzipped: bool) -> tuple[dict[str, Any], bytes, bool]:
    """How a run stands, and its frames as wanted with whether they are squeezed."""
    told, body = _read(_recording(run_id), wanted)
    effort = 6 if wanted.slim and len(body) > LARGE else 1  # a live frame must be quick
    return told, *_squeezed(body, SLIM_LARGE if wanted.slim else LARGE, effort, gzipped)


def _read(recording: Recording, wanted: Wanted) -> tuple[dict[str, Any], bytes]:
    told = standing(recording)  # before the frames: who reads that the run is over has been given all of them, or can ask for the rest
    blobs: list[bytes] = []
    for index in wanted.among(told["frames"]):
        blobs.append(recording.frame_bytes(index))
        if sum(map(len, blobs)) > ANSWER:  # who asks gets the rest next
            break
    if wanted.slim:
        return told, slimming.records(slimming.slim(blob) for blob in blobs)
    return told, b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)


def _recording(run_id: str) -> Recording:
    """The run with this id; RecordingError if there is none."""
    recording = get_engine().store.get(run_id)
    if recording is None:
        raise RecordingError(f"There is no run {run_id[:40]!r}.")
    return recording


def _probe(recording: Recording) -> bytes:
    """As recorded; where a recording must not hold the images, with those that are on this machine."""
    body = recording.probe_bytes()
    source = entry(recording.recipe.data)
    if source.redistributable:
        return body
    probe = Probe.unpack(body)
    originals = None if len(probe.images) else source.originals(data_folder(), len(probe.labels))
    fits = originals is not None and originals.shape == (len(probe.labels), math.prod(probe.shape))
    return dataclasses.replace(probe, images=originals).pack() if fits else body


# Each wait for another thread takes long when thirty students ask at once: what a request needs is read and squeezed in one go.


async def _file(request: Request, read: Callable[[], bytes]) -> Response:
    gzipped = takes_gzip(request)
    try:
        body, squeezed = await run_in_threadpool(lambda: _squeezed(read(), LARGE, 1, gzipped))
    except (OSError, ValueError):
        return _missing()
    return _binary(body, squeezed)


def _squeezed(body: bytes, large: int, effort: int, gzipped: bool) -> tuple[bytes, bool]:
    """A body, squeezed if it is large and may be, and whether it is: mostly black images shrink to a third."""
    if gzipped and len(body) > large:
        return gzip.compress(body, effort, mtime=0), True
    return body, False


def _binary(body: bytes, squeezed: bool = False, headers: dict[str, str] | None = None) -> Response:
    encoding = {"Content-Encoding": "gzip"} if squeezed else {}
    return Response(body, media_type="application/octet-stream", headers=HEADERS | (headers or {}) | encoding)


def _missing() -> Response:
    return PlainTextResponse("There is no such recording, or not yet.", 404, HEADERS)
