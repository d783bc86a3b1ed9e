"""What experiments found, on disk: one envelope a result, renamed into place whole. Nothing here is ever unpickled."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from vae_core.experiments import Experiment
from vae_core.figures import Figures
from vae_core.files import write_atomic
from vae_core.recording import Recording


class Results:
    """The results below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str) -> Figures | None:
        """What was found, or None if nothing readable is there."""
        try:
            return Figures.unpack(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, body: bytes) -> None:
        """Keep packed figures.

        Raises:
            OSError: if the folder cannot be written.
        """
        write_atomic(self._path(key), body)

    def _path(self, key: str) -> Path:
        return self.root / f"{key}.bin"


def result_key(experiment: Experiment, seed: int, runs: Mapping[str, Recording]) -> str:
    """Name of a result: a hash of the experiment, its code, the seed, and the runs with what their models and measures hold now.

    So a run that comes out differently is measured anew.
    """
    parts = [experiment.name, experiment.version, seed, [[label, run.recipe.id, _content(run)] for label, run in sorted(runs.items())]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _content(run: Recording) -> list[str]:
    return [_hash(run.path / name) for name in ("model.safetensors", "metrics.json")]


def _hash(path: Path) -> str:
    try:
        standing = path.stat()
    except FileNotFoundError:
        return ""
    return _hash_of_version(path, standing.st_mtime_ns, standing.st_ino, standing.st_size)


@lru_cache(maxsize=4096)
def _hash_of_version(path: Path, *version: int) -> str:
    """Files are renamed into place whole, so one that has changed is another file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
