"""Holes that students paint: each filled in a worker, beside the runs, and remembered for who paints the same one again."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobs.engine import Engine, EngineError, get_engine
from jobs.explain import explain
from jobs.measuring import Finished, fill_hole
from jobs.settings import data_folder
from vae_core.figures import Figures
from vae_core.recording import RecordingError

if TYPE_CHECKING:
    from distributed import Future

KEPT = 200
LOOK = 0.02  # seconds between looks at what a worker does
PATIENCE = 5.0  # seconds after which a hole that nobody asked for again is not filled any more

Hole = tuple[tuple[tuple[str, str], ...], int, bytes]  # runs by label, image, missing pixels


class Fillings:
    """Fills holes; ``get_fillings`` gives the one of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: OrderedDict[Hole, Figures] = OrderedDict()
        self._asked: dict[Hole, Future] = {}
        self._heard: dict[Hole, float] = {}  # when each of these was last asked for

    def ask(self, runs: Mapping[str, str], image: int, gone: bytes, patience: float) -> Figures | None:
        """Have a hole filled, waiting ``patience`` seconds for it. None if it takes longer: then ask again.

        Args:
            runs: public ids of the runs of the experiment ``hole``, by label.
            image: which test image.
            gone: a byte a pixel, 1 where it is missing.
            patience: seconds.

        Raises:
            EngineError: with a plain message, if it cannot be filled.
        """
        hole = (tuple(sorted(runs.items())), image, gone)
        with self._lock:
            if hole in self._known:
                return self._known[hole]
            self._let_go()
            future = self._asked.get(hole) or self._begin(hole)
            self._heard[hole] = time.monotonic()
        until = time.monotonic() + patience
        while future is not None and future.status == "pending" and time.monotonic() < until:
            time.sleep(LOOK)
        return None if future is None or future.status == "pending" else self._collect(hole, future)

    def _let_go(self) -> None:
        """Each stroke makes a hole of its own: those before it need not be filled, and a worker may be busy for long."""
        for hole in [hole for hole, heard in self._heard.items() if time.monotonic() - heard > PATIENCE]:
            del self._heard[hole]
            if (future := self._asked.pop(hole, None)) is not None:
                future.release()

    def _begin(self, hole: Hole) -> "Future | None":
        runs, image, gone = hole
        body = {label: self._finished(public_id) for label, public_id in runs}
        future = self._engine.compute(fill_hole, body, image, gone, str(data_folder()), key=f"fill-{uuid.uuid4().hex}")
        if future is not None:
            self._asked[hole] = future
        return future

    def _finished(self, public_id: str) -> Finished:
        run = self._engine.store.get(public_id)
        try:
            if run is not None:
                return Finished(run.recipe.to_dict(), run.model_bytes())
        except RecordingError:
            pass
        raise EngineError("A model that should fill this hole is no longer there. Run the experiment again.")

    def _collect(self, hole: Hole, future: "Future") -> Figures:
        with self._lock:
            self._asked.pop(hole, None)
        if future.status != "finished":
            raise EngineError(explain(future.exception()) if future.status == "error" else "The processes that fill holes have ended.")
        figures = Figures.unpack(future.result(timeout=10))
        with self._lock:
            self._known[hole] = figures
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return figures


_fillings: Fillings | None = None
_fillings_lock = threading.Lock()


def get_fillings() -> Fillings:
    """What fills holes in this process."""
    global _fillings
    with _fillings_lock:
        if _fillings is None:
            _fillings = Fillings(get_engine())
        return _fillings
