"""Which waiting runs a worker takes on together."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

from jobs.live import Live
from vae_core.company import company

LARGEST = 8  # runs that are trained in step


def parties(waiting: Sequence[Live], room: int) -> list[list[Live]]:
    """The next runs to begin, at most ``room`` groups of them; ``waiting`` is in the order of turns, and so are the groups.

    Runs of one owner that can be trained in step share a worker; but no worker stays idle for it.
    """
    if not room:
        return []
    groups: dict[Hashable, list[Live]] = {}
    for live in waiting:
        form = company(live.recipe)
        place: Hashable = live.id if form is None else (live.owner, form)
        while len(groups.get(place, ())) == LARGEST:
            place = (place, "more")
        groups.setdefault(place, []).append(live)
    return _spread(list(groups.values())[:room], room)


Item = TypeVar("Item")


def _spread(groups: list[list[Item]], room: int) -> list[list[Item]]:
    """The largest group is cut in two until every place is taken, or nothing can be cut."""
    while len(groups) < room and max(map(len, groups), default=1) > 1:
        place = max(range(len(groups)), key=lambda index: len(groups[index]))
        half = (len(groups[place]) + 1) // 2
        groups[place : place + 1] = [groups[place][:half], groups[place][half:]]
    return groups
