"""How long one waits in line: guessed from how long the last runs took."""

import statistics
from collections import deque

REMEMBERED = 20


class Pace:
    """The durations of the last runs, in seconds."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, seconds: float) -> None:
        """One more run has ended, after so long."""
        self._seconds.append(seconds)

    def wait(self, before: int, slots: int) -> float | None:
        """Seconds until a run begins that has ``before`` others before it, or None if nobody can know yet."""
        if not self._seconds or slots < 1:
            return None
        return statistics.median(self._seconds) * (before + 1) / slots


def in_line(before: int, slots: int, pace: Pace) -> str:
    """What to tell somebody who waits."""
    where = "yours is next" if before == 0 else f"{before} {'run' if before == 1 else 'runs'} before yours"
    seconds = pace.wait(before, slots)
    return f"Waiting: {where}." if seconds is None else f"Waiting: {where}, about {_rounded(seconds)}."


def _rounded(seconds: float) -> str:
    if seconds >= 90:
        return f"{seconds / 60:.0f} minutes"
    return f"{max(5, round(seconds / 5) * 5)} seconds"
