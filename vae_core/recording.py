"""A recording: one run as a folder of plain files. Numpy only, so the app reads it without torch.

``recipe.json``, ``status.json``, ``probe.bin``, ``frames/00000.bin`` …, ``weights/00000.bin`` … (at key frames),
``model.safetensors`` and ``metrics.json`` (when finished), ``name.json`` (if somebody named it). Every file is written whole and
then renamed into place.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from vae_core import glance
from vae_core.files import write_atomic
from vae_core.frame import Frame, Probe
from vae_core.names import tidy
from vae_core.recipes import Recipe, RecipeError

ACTIVE = frozenset({"queued", "running"})
STATES = ACTIVE | {"done", "stopped", "diverged", "failed"}


def frame_file(index: int) -> str:
    """The name of a frame's file in a recording."""
    return f"frames/{_numbered(index)}"


def weights_file(index: int) -> str:
    """The name of the file of the weights at a frame."""
    return f"weights/{_numbered(index)}"


def _numbered(index: int) -> str:
    return f"{index:05d}.bin"


class RecordingError(ValueError):
    """The folder is not a readable recording; the message says what is wrong with it."""


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    Attributes:
        state: queued, running, done, stopped, diverged or failed.
        step: updates done; ``total_steps``: updates planned.
        images_per_second: training speed, 0 before it is known.
        message: for people; says why a run stopped, diverged or failed.
        created, updated: seconds since the epoch.
    """

    state: str = "queued"
    step: int = 0
    total_steps: int = 0
    images_per_second: float = 0.0
    message: str = ""
    created: float = 0.0
    updated: float = 0.0

    @property
    def active(self) -> bool:
        """Whether more frames may come."""
        return self.state in ACTIVE

    @property
    def delayed(self) -> bool:
        """Whether it has said why it does not begin yet."""
        return self.state == "queued" and bool(self.message)


class Recording:
    """One run on disk. Cheap to make; reads happen when asked for.

    ``ending`` is its last status, where the disk refuses to take it.
    """

    def __init__(self, path: Path, ending: Status | None = None) -> None:
        self.path, self._ending = path, ending

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @cached_property
    def recipe(self) -> Recipe:
        """What the run trains.

        Raises:
            RecordingError: if recipe.json is missing or not a recipe.
        """
        return _recipe(*self._version("recipe.json"))

    @property
    def status(self) -> Status:
        """Where the run stands now.

        Raises:
            RecordingError: if status.json is missing or malformed.
        """
        return self._ending if self._ending is not None else _status(*self._version("status.json"))

    @property
    def name(self) -> str:
        """The name that an uploaded run came with; empty if it had none. What students call runs here is on their shelves."""
        try:
            return tidy(self._json("name.json")["name"])
        except (RecordingError, KeyError, TypeError):
            return ""

    @cached_property
    def probe(self) -> Probe:
        """The images that every frame encodes."""
        return Probe.unpack(self.probe_bytes())

    def probe_bytes(self) -> bytes:
        """The same as written."""
        return self._bytes("probe.bin")

    @property
    def probe_fingerprint(self) -> str:
        """Equal for equal images: runs on the same data send them once, and keep them in memory once. Empty before they are there."""
        try:
            return _fingerprint(*self._version("probe.bin"))
        except RecordingError:
            return ""

    @property
    def has_model(self) -> bool:
        """Whether the finished model is there."""
        return glance.holds(self.path, "model.safetensors")

    def model_bytes(self) -> bytes:
        """The finished model (see ``vae_core.checkpoint.dump``)."""
        return self._bytes("model.safetensors")

    @property
    def metrics(self) -> dict[str, Any] | None:
        """Measures of the finished model on the whole test set, or None before they are taken."""
        return _metrics(*self._version("metrics.json")) if glance.holds(self.path, "metrics.json") else None

    @property
    def frame_count(self) -> int:
        """How many frames are there, counted without gaps from 0."""
        try:
            names = glance.names(self.path / "frames")
        except OSError:
            return 0
        return next(count for count in range(len(names) + 1) if _numbered(count) not in names)

    def frame_bytes(self, index: int) -> bytes:
        """One frame as written, ready for the browser."""
        return self._bytes(frame_file(index))

    def frame(self, index: int) -> Frame:
        """One frame; negative indices count from the end."""
        return Frame.unpack(self.frame_bytes(index if index >= 0 else self.frame_count + index))

    @property
    def key_frames(self) -> list[int]:
        """Indices of the frames whose weights were kept."""
        try:
            names = glance.names(self.path / "weights")
        except OSError:
            return []
        return sorted(int(name.removesuffix(".bin")) for name in names if name.endswith(".bin") and name[0] != ".")

    def weights_bytes(self, index: int) -> bytes:
        """The network at a key frame, in the form that the browser runs (see ``vae_core.export``)."""
        return self._bytes(weights_file(index))

    def forget_from(self, index: int) -> None:
        """Remove the frames from this one on, and the weights of those after it."""
        for folder, first in (("frames", index), ("weights", index + 1)):
            for path in sorted((self.path / folder).glob("[0-9]*.bin")):
                if path.stem >= f"{first:05d}":
                    path.unlink(missing_ok=True)
        glance.forget()

    def create(self, recipe: Recipe, status: Status) -> None:
        """Make the folder."""
        self.write_json("recipe.json", recipe.to_dict())
        self.write_status(status)

    def write_name(self, name: str) -> None:
        """Keep the name that an uploaded run came with (see ``names.tidy``)."""
        self.write_json("name.json", {"name": tidy(name)})

    def write_status(self, status: Status) -> None:
        """Replace the status."""
        self.write_json("status.json", dataclasses.asdict(status))

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file of this recording."""
        write_atomic(self.path / name, json.dumps(value, indent=1, sort_keys=True).encode())

    def write_bytes(self, name: str, body: bytes) -> None:
        """Write a binary file of this recording; ``name`` may hold one folder."""
        write_atomic(self.path / name, body)

    def _version(self, name: str) -> tuple[Path, int, int, int]:
        """Changes whenever a file is replaced."""
        try:
            return self.path, *glance.standing(self.path / name)
        except OSError as error:
            raise RecordingError(f"{self.id}: cannot read {name}: {error.strerror}") from error

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise RecordingError(f"{self.id}: cannot read {name}: {error.strerror}") from error

    def _json(self, name: str) -> Any:
        try:
            return json.loads(self._bytes(name))
        except ValueError as error:
            raise RecordingError(f"{self.id}: {name} is not JSON") from error


# Pages list hundreds of runs at each rerun: what has not changed since is not parsed again.


@lru_cache(maxsize=8192)
def _fingerprint(path: Path, *version: int) -> str:
    return hashlib.sha256(Recording(path).probe_bytes()).hexdigest()[:16]


@lru_cache(maxsize=8192)
def _recipe(path: Path, *version: int) -> Recipe:
    recording = Recording(path)
    try:
        return Recipe.from_dict(recording._json("recipe.json"))
    except (RecipeError, AttributeError, TypeError) as error:
        raise RecordingError(f"{recording.id}: recipe.json is not a recipe: {error}") from error


@lru_cache(maxsize=1024)
def _metrics(path: Path, *version: int) -> Any:
    return Recording(path)._json("metrics.json")


@lru_cache(maxsize=8192)
def _status(path: Path, *version: int) -> Status:
    recording = Recording(path)
    try:
        status = Status(**recording._json("status.json"))
    except TypeError as error:
        raise RecordingError(f"{recording.id}: status.json is not a status: {error}") from error
    if status.state not in STATES:
        raise RecordingError(f"{recording.id}: unknown state {status.state!r}")
    return status
