"""Notices that the wall clock was set."""

import time

TOLERANCE = 60.0  # seconds; clocks are corrected by less all the time


class Clock:
    """Compares the wall clock with the one that nobody can set. A machine that slept counts as one whose clock was set."""

    def __init__(self) -> None:
        self._ahead = self._now()

    def jumped(self) -> float:
        """Seconds by which the wall clock was set forwards since this was last asked; 0 if it was not."""
        before, self._ahead = self._ahead, self._now()
        return self._ahead - before if self._ahead - before > TOLERANCE else 0.0

    def _now(self) -> float:
        return time.time() - time.monotonic()
