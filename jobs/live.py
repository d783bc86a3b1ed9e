"""A run in training: the task that does it, and the writing down of what the task reports."""

import dataclasses
import math
import time
import uuid
from typing import TYPE_CHECKING, Any

from jobs.store import Store
from vae_core.frame import Frame
from vae_core.recipes import Recipe
from vae_core.recording import Recording, RecordingError, frame_file, weights_file

if TYPE_CHECKING:
    from distributed import Future

OFTEN = 0.25  # seconds; a class makes a hundred frames in a second, and each would rewrite a status
AGAIN = "A worker process ended, so this run was started again; it comes to the same numbers."
ANOTHER = "A worker process ended, so this run was started again. Another one rounds its numbers otherwise, so its frames are taken anew."


class Live:
    """A run that an engine trains or has in line. Only the engine's writer thread calls its methods.

    Attributes:
        recipe: what is trained, also when another process has deleted its folder.
        key: name of its task and of its stop flag; another one at each start.
        state: queued or running, as every writing says again, for other processes may have taken it for abandoned.
        start: weights blob to begin from, for a fork.
        owner: who asked for it first; empty if nobody in particular.
        turn: its place in line (see ``jobs.fairness``).
        submitted: when it was handed to the cluster, on the monotonic clock.
        future: the task, once it is submitted.
        stop_at: when to stop waiting for the worker to obey a stop; None while nobody asked for one.
        told: when its status was last written, on the monotonic clock.
        placed: when its place in line was last written, on the same clock.
    """

    def __init__(self, store: Store, recording: Recording, recipe: Recipe, start: bytes | None) -> None:
        self.recording = recording
        self.recipe = recipe
        self.start = start
        self.owner = ""
        self.turn = 0
        self.key = _new_key()
        self.state = "queued"
        self.future: Future | None = None
        self.submitted = 0.0
        self.stop_at: float | None = None
        self.told = time.monotonic()
        self.placed = -math.inf
        self._store = store
        self._created = recording.status.created
        self._started = False
        self._back = False
        self._unwritten: dict[str, Any] = {}

    @property
    def id(self) -> str:
        """The run's id."""
        return self.recording.id

    def tell(self, **fields: Any) -> None:
        """Change the status on disk; without fields, a sign of life.

        Raises:
            RecordingError: if the run is gone from the disk, or another process has begun it anew; OSError: if it cannot be written.
        """
        self.told = time.monotonic()
        self.state = fields.setdefault("state", self.state)
        self._check()
        self._store.update(self.id, **self._unwritten | fields)
        self._unwritten = {}

    def _advance(self, event: dict[str, Any]) -> None:
        """How far the task is; written now and then."""
        self._unwritten = {name: event[name] for name in ("step", "images_per_second")}
        if self.state != "running" or time.monotonic() - self.told > OFTEN:
            self.tell(state="running")

    def end(self, state: str, message: str) -> None:
        """Write the last status; what the disk refuses is kept in mind by the store.

        Raises:
            RecordingError: if the run is gone from the disk, or another process has begun it anew.
        """
        self._check()
        self._store.conclude(self.recording, state, message, **self._unwritten)

    def line_up_again(self) -> bool:
        """Back in line after its cluster was lost; False if that happened before."""
        if self._back:
            return False
        self._back, self.key, self.future, self.placed = True, _new_key(), None, -math.inf
        return True

    def _check(self) -> None:
        if self.recording.status.created != self._created:
            raise RecordingError(f"{self.id}: another process has begun it anew")

    def hear(self, event: dict[str, Any]) -> None:
        """Write down one event of the task (see ``jobs.task``), except for the last status.

        Raises:
            RecordingError: if the run is gone from the disk, or another process has begun it anew; OSError: if it cannot be written.
        """
        self._check()
        match event["kind"]:
            case "message":
                self.tell(state="running", message=event["text"])
            case "started":
                self.recording.write_bytes("probe.bin", event["probe"])
                self.tell(state="running", message=AGAIN if self._started else "", total_steps=event["total_steps"])
                self._started = True
            case "weights":
                self.recording.write_bytes(weights_file(event["index"]), event["body"])
            case "frame":
                self._take(event["index"], event["body"])
                self._advance(event)
            case "progress":
                self._advance(event)
            case "final" if event["state"] == "done":
                self.recording.write_bytes("model.safetensors", event["model"])
                self.recording.write_json("metrics.json", event["metrics"])

    def _take(self, index: int, body: bytes) -> None:
        """Write a frame. A run that was started again finds its first ones there; from where they differ on, the new ones count."""
        if has_frame(self.recording, index):
            if _numbers(self.recording.frame_bytes(index)) == _numbers(body):
                return
            self.recording.forget_from(index)
            begun = time.time()  # whoever has read the old ones takes it for another run
            self.tell(message=ANOTHER, created=begun)
            self._created = begun
        self.recording.write_bytes(frame_file(index), body)


def _numbers(body: bytes) -> bytes:
    """A frame but for the time that it took."""
    return dataclasses.replace(Frame.unpack(body), seconds=0.0).pack()


def _new_key() -> str:
    return f"run-{uuid.uuid4().hex}"


def has_frame(recording: Recording, index: int) -> bool:
    """Whether this frame is on disk."""
    return (recording.path / frame_file(index)).exists()
