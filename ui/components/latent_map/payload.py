"""Recordings in one envelope, for hosts where the browser cannot fetch from the app's routes."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from ui.standing import standing
from vae_core import wire
from vae_core.recording import Recording, RecordingError

BUDGET = 2_000_000  # bytes for each run, sent again with every refresh
WEIGHTS_SHARE = 0.5


class Followed(Protocol):
    """A recording and the id under which the browser knows it."""

    @property
    def id(self) -> str:
        """Public id."""

    @property
    def recording(self) -> Recording:
        """Where its files are."""


def pack_payload(runs: Iterable[Followed], budget: int = BUDGET) -> bytes:
    """Pack what the browser needs to show runs: ``probe/<id>``, ``frame/<id>/<index>``, ``weights/<id>/<index>``, all u1.

    The header's ``status`` has an entry an id, the same as the route's ``X-Run``. The newest frame and the newest weights always
    travel; of the older ones as many as the budget allows, evenly spread. The browser keeps what it once had.
    """
    status: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for run in runs:
        try:
            told = standing(run.recording)
            arrays |= _blobs(run.id, run.recording, budget)
        except RecordingError:  # deleted, or not begun: the browser goes on waiting
            continue
        status[run.id] = told
    return wire.pack({"status": status}, arrays)


def _blobs(run_id: str, recording: Recording, budget: int) -> dict[str, np.ndarray]:
    count = recording.frame_count
    if not count:
        return {}
    blobs = {f"probe/{run_id}": recording.probe_bytes()}
    keys = [index for index in recording.key_frames if index < count]
    if keys:
        each = len(recording.weights_bytes(keys[-1]))
        for index in _spread(keys, int(budget * WEIGHTS_SHARE) // each):
            blobs[f"weights/{run_id}/{index}"] = recording.weights_bytes(index)
    each = len(recording.frame_bytes(count - 1))
    for index in _spread(range(count), int(budget * (1 - WEIGHTS_SHARE)) // each):
        blobs[f"frame/{run_id}/{index}"] = recording.frame_bytes(index)
    return {name: np.frombuffer(body, np.uint8) for name, body in blobs.items()}


def _spread(indices: Sequence[int], room: int) -> list[int]:
    """At most ``room`` of the indices, evenly, the last always among them."""
    if room >= len(indices):
        return list(indices)
    return [indices[round(at)] for at in np.linspace(len(indices) - 1, 0, max(1, room))][::-1]
