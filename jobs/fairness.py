"""Whose turn it is: one student's many runs do not stand before another's first."""

import threading


class Turns:
    """Start-time fair queueing: things are served by rising ``turn``; equal turns in the order of asking.

    References:
        Start-time fair queueing (Goyal, Vin and Cheng, 1996), with all things of equal size.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # pages take turns, the engine's writer serves them
        self._now = 0
        self._next: dict[str, int] = {}

    def take(self, owner: str) -> int:
        """The turn of the next thing that this owner asks for."""
        with self._lock:
            turn = max(self._now, self._next.get(owner, 0))
            self._next[owner] = turn + 1
            return turn

    def served(self, turn: int) -> None:
        """A thing with this turn is being served; who comes from now on does not come before it."""
        with self._lock:
            self._now = max(self._now, turn)
            self._next = {owner: later for owner, later in self._next.items() if later > self._now}

    def give_back(self, owner: str, turn: int) -> bool:
        """A thing leaves the line unserved; says whether those that its owner asked for later move up by one.

        They do not if their turns were counted from who was served, not from this one.
        """
        with self._lock:
            counted = turn >= self._now and owner in self._next
            if counted:
                self._next[owner] -= 1
            return counted
