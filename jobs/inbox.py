"""One thread that does what other threads ask for, in order, so that only one thread writes to the store."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

Call = tuple[Callable[..., object], tuple[Any, ...]]


class Inbox:
    """Calls from any thread, made one after the other in a thread of its own.

    ``tick`` is called there too, at least every ``every`` seconds. A call that raises is logged; the thread goes on.
    """

    def __init__(self, tick: Callable[[], object], every: float) -> None:
        self._tick, self._every = tick, every
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="latent-lab-inbox", daemon=True)
        self._thread.start()

    def post(self, call: Callable[..., object], *args: Any) -> None:
        """Have ``call(*args)`` made; returns at once."""
        self._calls.put((call, args))

    def close(self) -> None:
        """Make the calls already posted, then end the thread."""
        self._calls.put(None)
        self._thread.join(10)

    def _work(self) -> None:
        due = time.monotonic() + self._every
        while True:
            try:
                item = self._calls.get(timeout=max(0.0, due - time.monotonic()))
                if item is None:
                    return
                _safely(item[0], *item[1])
            except queue.Empty:
                pass
            if time.monotonic() >= due:
                _safely(self._tick)
                due = time.monotonic() + self._every


def _safely(call: Callable[..., object], *args: Any) -> None:
    try:
        call(*args)
    except Exception:
        logger.exception("A step of the job engine failed")
