"""Pages are drawn one at a time.

A script that draws a page is busy with Python from begin to end, so two at once gain nothing. They lose: each time one of them looks at
a file it waits for all others, a hundred times a page, and of thirty students each then waits for seconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 2.0  # seconds; a page that takes longer, as when it reads a large upload, holds nobody up any more
_turnstile = threading.RLock()  # a page passes once; a part of it that can be drawn by itself may ask again


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for whoever is before, but no longer than ``PATIENCE``."""
    passed = _turnstile.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if passed:
            _turnstile.release()
