"""How much disk the stored runs take, known without reading them anew."""

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from vae_core.glance import standing
from vae_core.recording import ACTIVE


@dataclass(frozen=True)
class Stored:
    """A run on disk.

    Attributes:
        created: when it was begun, seconds since the epoch.
        active: whether its status says that it trains or waits.
        bytes: of all its files.
    """

    id: str
    created: float
    active: bool
    bytes: int


def stored(path: Path) -> Stored | None:
    """What stands in a run's folder, or None if that is no readable run.

    A run's status is the last file of it to change, so the rest is counted again only if the status was replaced.
    """
    try:
        return _counted(path, *standing(path / "status.json"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=8192)
def _counted(path: Path, *version: int) -> Stored:
    status = json.loads((path / "status.json").read_bytes())
    size = sum((Path(folder) / file).stat().st_size for folder, _, files in os.walk(path) for file in files)
    return Stored(path.name, float(status["created"]), status["state"] in ACTIVE, size)
