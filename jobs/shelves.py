"""Which runs each student keeps, and what they call them. Runs themselves are shared; what somebody does with them is not."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from vae_core.files import write_atomic
from vae_core.names import tidy


class Shelves:
    """One small file a student below ``root``; a student is any text, such as a secret that a browser keeps."""

    def __init__(self, root: Path) -> None:
        self._root = root / ".shelves"

    def of(self, student: str) -> dict[str, str]:
        """The runs that a student keeps and their names there, often empty; in the order of asking."""
        return dict(_read(self._path(student)))

    def all(self) -> set[str]:
        """The runs that anybody keeps."""
        return {run_id for path in self._root.glob("*.json") for run_id in _read(path)}

    def others(self, student: str, run_id: str) -> bool:
        """Whether anybody else keeps a run."""
        own = self._path(student)
        return any(run_id in _read(path) for path in self._root.glob("*.json") if path != own)

    def put(self, student: str, run_id: str) -> None:
        """Keep a run, under the name that it has there already, if any."""
        self._change(student, lambda shelf: {**shelf, run_id: shelf.get(run_id, "")})

    def rename(self, student: str, run_id: str, name: str) -> None:
        """Keep a run under a name (see ``vae_core.names``); an empty one takes the name away."""
        self._change(student, lambda shelf: {**shelf, run_id: tidy(name)})

    def drop(self, student: str, run_id: str) -> None:
        """Keep a run no more."""
        self._change(student, lambda shelf: {kept: name for kept, name in shelf.items() if kept != run_id})

    def _change(self, student: str, edit: Callable[[dict[str, str]], dict[str, str]]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        path = self._path(student)
        with FileLock(path.with_suffix(".lock"), timeout=5):
            shelf = dict(_read(path))
            if (after := edit(shelf)) != shelf:
                write_atomic(path, json.dumps(after).encode())

    def _path(self, student: str) -> Path:
        return self._root / f"{hashlib.sha256(student.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> Mapping[str, str]:
    try:
        state = path.stat()
    except OSError:
        return {}
    return _parsed(path, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=512)
def _parsed(path: Path, changed: int, node: int) -> Mapping[str, str]:
    """A file's content, read anew when it was replaced; one that cannot be read is an empty shelf."""
    try:
        return {str(run_id): tidy(name) for run_id, name in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        return {}
