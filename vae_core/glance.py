"""Looking at files. Within a glance, what was looked at is not looked at again.

Whoever asks the disk gives way to all other threads, and a page asks dozens of times where a handful of files stand. It is drawn of one
moment besides. What a thread writes itself, it sees.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class _Mine(threading.local):
    """What this thread has seen; None outside a glance."""

    seen: dict[tuple[Callable[[Path], Any], Path], Any] | None = None


_mine = _Mine()


@contextmanager
def glance() -> Iterator[None]:
    """Until the end of this, the thread looks at each thing once; one glance within another is the same glance."""
    before = _mine.seen
    _mine.seen = {} if before is None else before
    try:
        yield
    finally:
        _mine.seen = before


@contextmanager
def afresh() -> Iterator[None]:
    """Until the end of this each look is a new one; a glance around it begins anew after it."""
    before, _mine.seen = _mine.seen, None
    try:
        yield
    finally:
        _mine.seen = before
        forget()


def forget() -> None:
    """What this thread looks at from now on, it sees as it is then."""
    if _mine.seen:
        _mine.seen.clear()


def standing(path: Path) -> tuple[int, int, int]:
    """Changes whenever a file is replaced: its time in nanoseconds, its inode, its size in bytes.

    Raises:
        OSError: if it is not there; so does ``names``.
    """
    return _look(_standing, path)


def names(folder: Path) -> frozenset[str]:
    """What lies in a folder."""
    return _look(_names, folder)


def holds(folder: Path, name: str) -> bool:
    """Whether something of this name lies in a folder."""
    try:
        return name in names(folder)
    except OSError:
        return False


def _standing(path: Path) -> tuple[int, int, int]:
    found = os.stat(path)
    return found.st_mtime_ns, found.st_ino, found.st_size


def _names(folder: Path) -> frozenset[str]:
    return frozenset(os.listdir(folder))


def _look(way: Callable[[Path], T], path: Path) -> T:
    if _mine.seen is None:
        return way(path)
    if (way, path) not in _mine.seen:
        _mine.seen[way, path] = _tried(way, path)
    found = _mine.seen[way, path]
    if isinstance(found, OSError):
        raise found
    return found


def _tried(way: Callable[[Path], T], path: Path) -> T | OSError:
    try:
        return way(path)
    except OSError as error:
        return error
