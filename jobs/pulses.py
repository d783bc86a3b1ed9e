"""Whether the runs of other processes still show signs of life, whatever the clocks say."""

import math
import time

SILENCE = 15.0  # seconds without a sign of life after which a run that nobody here trains counts as abandoned
LONG_AGO = 600.0  # seconds: clocks of machines that share a store may differ by some, but hardly by as much


class Pulses:
    """When each run was last seen to change.

    A run's own time stamp is by a clock that may be set, or be another machine's. It counts at the first look alone, where it tells at once
    that a run was left long ago; any other is judged by what we see from then on, and by our own monotonic clock.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}  # its stamp, and since when it stands, on the monotonic clock

    def silent(self, run_id: str, updated: float) -> bool:
        """Whether a run, last ``updated`` then by its own clock, has shown no sign of life for too long."""
        now = time.monotonic()
        known = self._seen.get(run_id)
        if known is None and time.time() - updated > LONG_AGO:
            self._seen[run_id] = (updated, -math.inf)
        elif known is None or known[0] != updated:
            self._seen[run_id] = (updated, now)
        return now - self._seen[run_id][1] > SILENCE

    def forget(self, run_id: str) -> None:
        """A run is gone, or begun anew."""
        self._seen.pop(run_id, None)
