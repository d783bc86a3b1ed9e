"""How much disk people's own pictures and the models that they bring may take."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.quota import QuotaError
from jobs.shelves import HERE
from jobs.store import Store, origin
from vae_core import own_data
from vae_core.own_limits import MEGA

_one_at_a_time = threading.Lock()


class Uploads:
    """The shares, in bytes: what one student may bring (``each``), and all together (``total``).

    Pictures that several brought count for each of them, as does an uploaded model on several shelves; and once for all together.
    The person at the machine itself has no share but that of all.
    """

    def __init__(self, store: Store, data_root: Path, each: int, total: int) -> None:
        self.store, self.data_root, self.each, self.total = store, data_root, each, total

    def of(self, student: str) -> int:
        """Bytes of what a student brought."""
        return own_data.size(self.data_root, student) + self._models(self.store.shelves.shelf(student).runs)

    def of_all(self) -> int:
        """Bytes of what all brought."""
        return own_data.size(self.data_root) + self._models(None)

    @contextmanager
    def room(self, student: str, coming: int) -> Iterator[None]:
        """Keep ``coming`` bytes more within; one student after the other, so that none passes a share that another just filled.

        Raises:
            QuotaError: if that is more than a share has left.
        """
        with _one_at_a_time:
            self._check(student, coming)
            yield

    def _check(self, student: str, coming: int) -> None:
        before = self.of(student)
        if student != HERE and before + coming > self.each:
            raise QuotaError(
                f"This is {_mega(coming)} MB, and you brought {_mega(before)} MB of pictures and models before; "
                f"{_mega(self.each)} MB are kept for you. Remove some of yours first."
            )
        if self.of_all() + coming > self.total:
            raise QuotaError(
                f"The lab keeps {_mega(self.total)} MB of what people bring, and no more. Pictures that nobody uses go after a day: "
                "try again later, or ask whoever runs the lab."
            )

    def _models(self, run_ids: Iterable[str] | None) -> int:
        return sum(run.bytes for run in self.store.census(run_ids) if origin(run.id) == "uploaded")


def _mega(size: int) -> str:
    return f"{-(-size // MEGA):,}"
