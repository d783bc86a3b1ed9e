"""Runs that somebody wants stopped whose trainer is another process: they are told through the folder that all share."""

import os
from pathlib import Path


class Stops:
    """An empty file a request below ``root``, named by the run's id. Ids are checked by whoever calls."""

    def __init__(self, root: Path) -> None:
        self._root = root / ".stops"

    def ask(self, run_id: str) -> None:
        """Ask whoever trains a run to stop it.

        Raises:
            OSError: if that cannot be written.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        (self._root / run_id).touch()

    def asked(self) -> set[str]:
        """The runs that are to stop."""
        try:
            return set(os.listdir(self._root))
        except OSError:
            return set()

    def forget(self, run_id: str) -> None:
        """The run is stopped, or there is a new one of this id."""
        try:
            (self._root / run_id).unlink(missing_ok=True)
        except OSError:  # it may only be read: then nobody can ask for anything either
            return
