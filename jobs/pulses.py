"""Whether the runs of other processes still show signs of life, whatever the clocks say."""

import time
from dataclasses import dataclass

SILENCE = 15.0  # seconds without a sign of life after which a run that nobody here trains counts as abandoned


@dataclass(frozen=True)
class _Seen:
    updated: float
    since: float
    beats: bool


class Pulses:
    """When each run was last seen to change.

    A run's own time stamp is by a clock that may be set, or be another machine's. So who has changed before our eyes is judged by our own
    monotonic clock alone. The stamp counts only for a run that never did: it tells at once that a run was left long ago.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def silent(self, run_id: str, updated: float) -> bool:
        """Whether a run, last ``updated`` then by its own clock, has shown no sign of life for too long."""
        now, before = time.monotonic(), self._seen.get(run_id)
        if before is None or before.updated != updated:
            before = self._seen[run_id] = _Seen(updated, now, beats=before is not None)
        return now - before.since > SILENCE or (not before.beats and time.time() - updated > SILENCE)

    def forget(self, run_id: str) -> None:
        """Nothing more is expected of a run."""
        self._seen.pop(run_id, None)
