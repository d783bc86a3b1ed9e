"""Wakes coroutines from other threads: one bell a run."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

Bell = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Bells:
    """Who waits for news of which run."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal may interrupt its holder, and ring
        self._bells: defaultdict[str, set[Bell]] = defaultdict(set)

    @property
    def listeners(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(map(len, self._bells.values()))

    @contextmanager
    def listen(self, run_id: str) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at each news of the run."""
        bell = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._bells[run_id].add(bell)
        try:
            yield bell[1]
        finally:
            with self._lock:
                self._bells[run_id].discard(bell)
                if not self._bells[run_id]:
                    del self._bells[run_id]

    def ring(self, run_id: str) -> None:
        """Tell that there is news of a run. From any thread."""
        with self._lock:
            self._call(self._bells.get(run_id, set()))

    def ring_all(self) -> None:
        """Wake everybody."""
        with self._lock:
            for bells in self._bells.values():
                self._call(bells)

    @staticmethod
    def _call(bells: set[Bell]) -> None:
        for loop, event in bells:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
