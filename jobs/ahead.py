"""Data that a run will need, read in the workers before it comes."""

import asyncio
import contextlib
from pathlib import Path


async def read_ahead(name: str, root: str) -> None:
    """Called in a worker: have it read a data set, beside what it is doing. A set that cannot be read is for the run to complain of."""
    await asyncio.to_thread(_read, name, Path(root))


def _read(name: str, root: Path) -> None:
    from vae_core.data import NoData, read

    with contextlib.suppress(NoData, ValueError, OSError):
        read(name, root)
