"""Whether the runs of other processes still show signs of life, whatever the clocks say."""

import time

SILENCE = 15.0  # seconds without a sign of life after which a run that nobody here trains counts as abandoned


class Pulses:
    """When each run was last seen to change.

    A run's own time stamp is by a clock that may be set, or be another machine's. It counts at the first look alone, where it tells at once
    that a run was left long ago; from then on a run is judged by what we see and by our own monotonic clock.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}  # its stamp, and since when it stands, on the monotonic clock

    def silent(self, run_id: str, updated: float) -> bool:
        """Whether a run, last ``updated`` then by its own clock, has shown no sign of life for too long."""
        now = time.monotonic()
        if run_id not in self._seen:
            self._seen[run_id] = (updated, now - max(0.0, time.time() - updated))
        elif self._seen[run_id][0] != updated:
            self._seen[run_id] = (updated, now)
        return now - self._seen[run_id][1] > SILENCE

    def forget(self, run_id: str) -> None:
        """Nothing more is expected of a run."""
        self._seen.pop(run_id, None)
