"""How many runs are kept, and which of them go first.

The rule: a run is as old as the last time that somebody asked for it. *A student* keeps runs up to a share; beyond it, the oldest that this
student has not pinned leave the shelf, and a run that leaves its last shelf is removed from disk. *All runs together* have a share too;
beyond it, the oldest that nobody has pinned are removed from disk, and from every shelf. So a run that several students keep counts for
each of them, once for all together, and one pin of anybody's holds it. Who loses a run that way is told (``Shelf.removed``).
Runs in training stay, and those of an experiment that somebody looks at. The person at the machine itself has no share but that of all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from jobs.census import Stored
from jobs.settings import Share, runs_each, runs_of_all
from jobs.shelves import HERE, Place, Shelf
from jobs.store import Store
from vae_core.keys import key
from vae_core.own_limits import MEGA


class QuotaError(RuntimeError):
    """There is no room for that; the message says what to do."""


class Quota:
    """The shares of a store: what one student may keep (``each``), and all together (``total``)."""

    def __init__(self, store: Store, each: Share, total: Share) -> None:
        self.store, self.each, self.total = store, each, total

    @classmethod
    def as_set(cls, store: Store) -> "Quota":
        """With the shares that the environment sets."""
        return cls(store, runs_each(), runs_of_all())

    def kept(self, student: str) -> Share:
        """What a student keeps now."""
        return _sum(self.store.census(self.store.shelves.shelf(student).runs))

    def kept_by_all(self) -> Share:
        """What all keep now, with the runs of experiments."""
        return _sum(self.store.census())

    def check_start(self) -> None:
        """Raises: QuotaError if runs that cannot be removed take all the room there is."""
        pinned = _pinned(self.store.shelves.everyone())
        stays = _sum([run for run in self.store.census() if run.active or run.id in pinned])
        if stays.count >= self.total.count or stays.bytes >= self.total.bytes:
            raise QuotaError(
                f"The lab has no room for another run: {stays.count:,} runs ({stays.bytes / MEGA:,.0f} MB) are pinned or in training. "
                "Unpin what you do not need, then train again."
            )

    def check_pin(self, student: str, run_id: str) -> None:
        """Raises: QuotaError if a student's pins would leave less than half of the share for new runs."""
        pinned = _sum(self.store.census({*self.store.shelves.shelf(student).pins, run_id}))
        if student != HERE and (pinned.count > self.each.count // 2 or pinned.bytes > self.each.bytes // 2):
            raise QuotaError(
                f"You can pin half of your share: {self.each.count // 2:,} runs and {self.each.bytes / MEGA / 2:,.0f} MB. "
                "Unpin another run first, or download this one."
            )

    def enforce(self, discard: Callable[[str], bool], in_use: Collection[str] = ()) -> None:
        """Make room where a share is passed.

        Args:
            discard: removes a run from disk, and says whether it is gone.
            in_use: runs that stay on disk whatever their age.
        """
        self._trim_shelves(discard, in_use)
        shelves = self.store.shelves.everyone()
        asked = _last_asked(shelves)
        everything = sorted(self.store.census(), key=lambda run: max(run.created, asked.get(run.id, 0.0)))
        stays = {run.id for run in everything if run.active} | _pinned(shelves) | set(in_use)
        for run_id in surplus(everything, stays, self.total):
            places = _places(shelves, run_id)
            if _places(self.store.shelves.everyone(), run_id) == places and discard(run_id):  # nobody asked for it or pinned it meanwhile
                for owner, place in places.items():
                    self.store.shelves.evict(owner, {run_id: place})

    def _trim_shelves(self, discard: Callable[[str], bool], in_use: Collection[str]) -> None:
        shelves = self.store.shelves
        left: set[str] = set()
        there = {run.id: run for run in self.store.census()}
        for owner, shelf in shelves.everyone().items():
            mine = sorted((there[run_id] for run_id in shelf.runs if run_id in there), key=partial(_asked, shelf))
            stays = {run.id for run in mine if run.active} | shelf.pins
            gone = surplus(mine, stays, self.each) if owner != key(HERE) else []
            if gone:
                shelves.evict(owner, {run_id: shelf.runs[run_id] for run_id in gone})
                left |= set(gone)
        for run_id in left - set(in_use):
            if run_id not in shelves.all():  # looked at anew for each: somebody may ask for it while others are removed
                discard(run_id)


def surplus(runs: Sequence[Stored], stays: Collection[str], share: Share) -> list[str]:
    """Which of ``runs``, the oldest first, must go so that the rest is within a share; those that stay count too."""
    rest, gone = _sum(runs), []
    for run in runs:
        if rest.count <= share.count and rest.bytes <= share.bytes:
            break
        if run.id not in stays:
            gone.append(run.id)
            rest = Share(rest.count - 1, rest.bytes - run.bytes)
    return gone


def _asked(shelf: Shelf, run: Stored) -> float:
    """When the owner of a shelf last asked for a run on it."""
    return shelf.runs[run.id].asked or run.created


def _places(shelves: Mapping[str, Shelf], run_id: str) -> dict[str, Place]:
    """Where a run stands, by the keys of shelves."""
    return {owner: shelf.runs[run_id] for owner, shelf in shelves.items() if run_id in shelf.runs}


def _last_asked(shelves: Mapping[str, Shelf]) -> dict[str, float]:
    """When anybody last asked for each run."""
    last: dict[str, float] = {}
    for shelf in shelves.values():
        for run_id, place in shelf.runs.items():
            last[run_id] = max(last.get(run_id, 0.0), place.asked)
    return last


def _pinned(shelves: Mapping[str, Shelf]) -> set[str]:
    return {run_id for shelf in shelves.values() for run_id in shelf.pins}


def _sum(runs: Sequence[Stored]) -> Share:
    return Share(len(runs), sum(run.bytes for run in runs))
