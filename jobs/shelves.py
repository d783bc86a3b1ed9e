"""Which runs each student keeps, and what they call them. Runs themselves are shared; what somebody does with them is not."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from vae_core import glance
from vae_core.files import write_atomic
from vae_core.keys import key
from vae_core.names import tidy

_MOMENT = 1e-3  # seconds
HERE = "here"  # all browsers on the machine that serves the lab are one person, whose disk it is


@dataclass(frozen=True)
class Place:
    """A run's place on a shelf.

    Attributes:
        name: what the student calls the run; often empty.
        pinned: whether it is to stay when room is made.
        asked: when the student last asked for it, seconds since the epoch.
    """

    name: str = ""
    pinned: bool = False
    asked: float = 0.0


@dataclass(frozen=True)
class Shelf:
    """What one student keeps.

    Attributes:
        runs: places by run id.
        removed: how many runs left to make room since the student was last told.
    """

    runs: Mapping[str, Place] = field(default_factory=dict)
    removed: int = 0

    @property
    def pins(self) -> set[str]:
        """The runs that are to stay."""
        return {run_id for run_id, place in self.runs.items() if place.pinned}

    @property
    def newest(self) -> float:
        """When the student last asked for anything."""
        return max((place.asked for place in self.runs.values()), default=0.0)


class Shelves:
    """One small file a student below ``root``, named by ``key``; a student is any text, such as a secret that a browser keeps."""

    def __init__(self, root: Path) -> None:
        self._root = root / ".shelves"

    def of(self, student: str) -> dict[str, str]:
        """The runs that a student keeps and their names there, often empty."""
        return {run_id: place.name for run_id, place in self.shelf(student).runs.items()}

    def name(self, student: str, run_id: str) -> str:
        """What a student calls a run; empty if nothing, or if it is not theirs."""
        place = self.shelf(student).runs.get(run_id)
        return place.name if place is not None else ""

    def shelf(self, student: str) -> Shelf:
        """All that is known of what a student keeps."""
        return _read(self._path(student))

    def everyone(self) -> dict[str, Shelf]:
        """All shelves by ``key``."""
        return {path.stem: _read(path) for path in self._root.glob("*.json")}

    def all(self) -> set[str]:
        """The runs that anybody keeps."""
        return {run_id for shelf in self.everyone().values() for run_id in shelf.runs}

    def others(self, student: str, run_id: str) -> bool:
        """Whether anybody else keeps a run."""
        return any(run_id in shelf.runs for other, shelf in self.everyone().items() if other != key(student))

    def put(self, student: str, run_id: str) -> None:
        """Keep a run that the student asks for now, under the name that it has there already, if any."""
        self._place(student, run_id, asked=self._now())

    def rename(self, student: str, run_id: str, name: str) -> None:
        """Keep a run under a name (see ``vae_core.names``); an empty one takes the name away."""
        self._place(student, run_id, name=tidy(name))

    def pin(self, student: str, run_id: str, pinned: bool) -> None:
        """Keep a run, and have it stay when room is made; or stay no longer than others."""
        self._place(student, run_id, pinned=pinned)

    def drop(self, student: str, run_id: str) -> None:
        """Keep a run no more."""
        self._change(key(student), lambda shelf: dataclasses.replace(shelf, runs=_without(shelf, {run_id})))

    def evict(self, owner: str, known: Mapping[str, Place]) -> None:
        """Take runs off the shelf with this ``key`` to make room, and count them for a word to the student.

        What the student asked for, named or pinned since these places were ``known`` stays.
        """

        def edit(shelf: Shelf) -> Shelf:
            gone = {run_id for run_id, place in known.items() if shelf.runs.get(run_id) == place}
            return Shelf(_without(shelf, gone), shelf.removed + len(gone))

        self._change(owner, edit)

    def acknowledge(self, student: str) -> None:
        """The student was told what was removed."""
        self._change(key(student), lambda shelf: dataclasses.replace(shelf, removed=0))

    def _place(self, student: str, run_id: str, **fields: Any) -> None:
        now = self._now()

        def edit(shelf: Shelf) -> Shelf:
            before = shelf.runs.get(run_id) or Place(asked=now)
            return dataclasses.replace(shelf, runs={**shelf.runs, run_id: dataclasses.replace(before, **fields)})

        self._change(key(student), edit)

    def _now(self) -> float:
        """Now, by a clock that never goes back: later than anything that anybody asked for before."""
        return max(time.time(), _MOMENT + max((shelf.newest for shelf in self.everyone().values()), default=0.0))

    def _change(self, owner: str, edit: Callable[[Shelf], Shelf]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        path = self._root / f"{owner}.json"
        with FileLock(path.with_suffix(".lock"), timeout=5):
            shelf = _read(path)
            if (after := edit(shelf)) != shelf:
                write_atomic(path, json.dumps(dataclasses.asdict(after)).encode())

    def _path(self, student: str) -> Path:
        return self._root / f"{key(student)}.json"


def _without(shelf: Shelf, gone: set[str]) -> dict[str, Place]:
    return {run_id: place for run_id, place in shelf.runs.items() if run_id not in gone}


_known: dict[Path, tuple[tuple[int, int, int], Shelf]] = {}


def _read(path: Path) -> Shelf:
    """A file's content, read anew when it was replaced. Only the newest is kept: a shelf of thousands changes with each run."""
    try:
        version = glance.standing(path)
    except OSError:
        return Shelf()
    known = _known.get(path)
    if known is None or known[0] != version:
        known = _known[path] = version, _parsed(path)
    return known[1]


def _parsed(path: Path) -> Shelf:
    """A file's content; one that cannot be read is an empty shelf."""
    try:
        content = json.loads(path.read_bytes())
        if "runs" not in content:  # labs of before kept names alone
            content = {"runs": {run_id: {"name": name} for run_id, name in content.items()}}
        places = {str(run_id): _place(**values) for run_id, values in content["runs"].items()}
        return Shelf(places, int(content.get("removed", 0)))
    except (OSError, ValueError, AttributeError, TypeError):
        return Shelf()


def _place(name: str = "", pinned: bool = False, asked: float = 0.0) -> Place:
    return Place(tidy(name), bool(pinned), float(asked))
