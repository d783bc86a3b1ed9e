"""Pages are drawn one at a time, each of one moment (see ``vae_core.glance``).

A script that draws a page is busy with Python from begin to end, so two at once gain nothing. They lose: each time one of them looks at
a file it waits for all others, a hundred times a page, and of thirty students each then waits for seconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vae_core.glance import afresh, glance

PATIENCE = 2.0  # seconds; a page that takes longer holds nobody up any more
_turnstile = threading.RLock()  # a page passes once; a part of it that can be drawn by itself may ask again
_waiting: set[int] = set()  # threads that would pass


class _Passes(threading.local):
    """How often the page that this thread draws has passed."""

    count = 0


_mine = _Passes()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for whoever is before, but no longer than ``PATIENCE``."""
    passed = _pass()
    try:
        with glance():
            yield
    finally:
        if passed and _mine.count:
            _leave()


@contextmanager
def aside() -> Iterator[None]:
    """Let others pass while a page does something long that is not drawing, such as reading an upload; then wait as at the beginning."""
    times = _mine.count
    for _ in range(times):
        _leave()
    try:
        with afresh():
            yield
    finally:
        for _ in range(times):
            if not _pass():
                break


def crowded() -> bool:
    """Whether another page waits for this one."""
    return bool(_waiting)


def _pass() -> bool:
    me = threading.get_ident()
    _waiting.add(me)
    try:
        passed = _turnstile.acquire(timeout=PATIENCE)
    finally:
        _waiting.discard(me)
    _mine.count += passed
    return passed


def _leave() -> None:
    _mine.count -= 1
    _turnstile.release()
