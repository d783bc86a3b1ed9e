"""The job engine: takes recipes, has them trained on a Dask cluster, and what happens written to the store."""

import asyncio
import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobs.cluster import Cluster, ClusterError, open_cluster
from jobs.foreman import Foreman
from jobs.live import Live, has_frame
from jobs.settings import MAX_RUNS, MAX_RUNS_EACH, data_folder, pretrained_folder, runs_folder
from jobs.store import Store, StoreError, served, status_of
from vae_core import effort
from vae_core.files import refusal
from vae_core.recipes import Recipe, RecipeError
from vae_core.recording import RecordingError, Status

if TYPE_CHECKING:
    from distributed import Future

logger = logging.getLogger(__name__)

FEW = 8  # waiting polls, of two or three students
ELSEWHERE = 0.25  # seconds between looks at a run that another process trains


class EngineError(RuntimeError):
    """The engine cannot do that; the message says why."""


class Engine:
    """Trains recipes, for pages and routes: its methods may be called from any thread, and none but ``close`` waits for the cluster.

    ``get_engine`` gives the one of this process; ``store`` is where runs are.
    """

    def __init__(self, store: Store, connect: Callable[[], Cluster] = open_cluster) -> None:
        self.store = store
        self._foreman = Foreman(store, connect)
        self._connection = self._foreman.connection

    @property
    def state(self) -> str:
        """How the cluster stands: cold, starting, ready or failed."""
        return self._connection.state

    @property
    def message(self) -> str:
        """What is going on with the cluster, or wrong, for people; empty when it is ready."""
        return self._connection.message

    def warm(self) -> None:
        """Start the cluster in the background, unless it is there or on its way."""
        self._connection.warm()

    def start(self, recipe: Recipe, owner: str = "") -> str:
        """Train a recipe and return the run's id. A finished or active run of it is served as it is; any other is made afresh.

        Runs of different owners take turns, whoever asked for how many.

        Raises:
            RecipeError: if the recipe is impossible, or takes too long.
            EngineError: if the lab is ending, the owner has too many runs in line, the weights to continue from are gone, or the run cannot
                be written.
        """
        recipe.validate()
        effort.check(recipe, data_folder())
        with self._foreman.lock:
            if recipe.id in self._foreman or served(status_of(self.store.get(recipe.id))):
                return recipe.id
            if self._connection.closed:  # what is made now nobody would train, and it would take the place of what was recorded
                raise EngineError("The lab is ending. Train again once it is back.")
            self._check_room(owner)
            weights = self._parent_weights(recipe)
            try:
                claimed = self.store.claim(recipe)
            except StoreError as error:
                raise EngineError(str(error)) from error
            if claimed is None:  # another process was quicker
                return recipe.id
            live = Live(self.store, claimed, recipe, weights)
            live.owner = owner
            self._foreman.take_on(live)
        return recipe.id

    def expect(self, data: str) -> None:
        """Have the workers read a data set that is on this machine, for a run on it may come."""
        self._connection.expect(data)

    def stop(self, run_id: str) -> None:
        """Stop a run within half a second and keep what was recorded. If another process trains it, that one is asked to.

        Raises:
            EngineError: if the other process cannot be told.
        """
        known = status_of(self.store.get(run_id))
        if run_id in self._foreman or known is None or not known.active:
            self._foreman.stop(run_id)
            return
        try:
            self.store.stops.ask(run_id)
        except OSError as error:
            raise EngineError(f"The run could not be stopped: {refusal(error)}") from error

    def delete(self, run_id: str) -> None:
        """Stop a run if it is active, and remove it.

        Raises:
            StoreError: if it is pretrained, or cannot be removed.
        """
        with self._foreman.lock:
            live = self._foreman.forget(run_id)
            try:
                self.store.delete(run_id)
            except StoreError:
                if live is not None:  # it is still there, so it goes on
                    self._foreman.put_back(live)
                raise
        if live is not None:
            self._foreman.abandon(live)
        self._foreman.bells.ring(run_id)

    def discard(self, run_id: str) -> bool:
        """Remove a run that nobody trains, to make room; says whether it is gone."""
        with self._foreman.lock:
            try:
                self.store.discard(run_id)
            except (RecordingError, StoreError) as error:
                logger.warning("Run %s could not make room: %s", run_id, error)
                return False
        self._foreman.bells.ring(run_id)
        return True

    def _check_room(self, owner: str) -> None:
        lives = self._foreman.lives()
        own = sum(live.owner == owner for live in lives)
        if own >= MAX_RUNS_EACH:
            raise EngineError(f"You have {own} runs in training or in line. Wait until some are done, or stop some.")
        if len(lives) >= MAX_RUNS:
            raise EngineError(f"{len(lives)} runs are in training or in line, more than the lab takes at once. Try again in a minute.")

    def fork(self, run_id: str, frame_index: int, owner: str = "", **changes: Any) -> str:
        """Train on from a frame with other settings; returns the id of the new run.

        It begins from the last kept weights at or before the frame. ``changes`` are fields of the recipe.

        Raises:
            RecipeError: if the new recipe is impossible.
            EngineError: if the run or its weights are not there.
        """
        parent = self.store.get(run_id)
        if parent is None:
            raise EngineError("The run to continue from is no longer there.")
        keys = parent.key_frames
        if not keys:
            raise EngineError("This run has kept no weights yet. Wait for its first frames, then continue from it.")
        values = parent.recipe.to_dict() | changes
        values |= {
            "parent": self.store.public_id(parent),
            "parent_frame": max((index for index in keys if index <= frame_index), default=keys[0]),
        }
        recipe = Recipe.from_dict(values)
        if _network(recipe) != _network(parent.recipe):
            raise RecipeError("A fork keeps the network of the run it starts from: hidden widths and latent dimensions cannot change.")
        return self.start(recipe, owner)

    def compute(self, function: Callable[..., Any], *args: Any, key: str) -> "Future | None":
        """Run a function in a worker, beside the runs; None while there is no cluster, which is then started.

        Raises:
            EngineError: if the cluster could not be started.
        """
        try:
            return self._connection.compute(function, *args, key=key)
        except ClusterError as error:
            raise EngineError(str(error)) from error

    def active(self) -> list[str]:
        """Ids of the runs that train or wait here, in the order of asking."""
        return [live.id for live in self._foreman.lives()]

    async def wait_newer(self, run_id: str, after: int, timeout: float) -> bool:
        """Wait for a frame with an index above ``after``, or for the end of the run.

        Returns True as soon as there is such a frame or the run is not active; False as soon as anything else about the run changes,
        and after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        before: Status | None = None
        with self._foreman.bells.listen(run_id) as bell:
            while True:
                bell.clear()
                recording = self.store.get(run_id)
                status = status_of(recording)
                if recording is None or status is None or not status.active or has_frame(recording, after + 1):
                    return True
                now = dataclasses.replace(status, updated=0.0)
                remaining = deadline - time.monotonic()
                if remaining <= 0 or self._connection.closed or (before is not None and before != now):
                    return False
                before = now
                await _rung(bell, remaining if run_id in self._foreman else min(remaining, ELSEWHERE))

    async def wait_first(self, run_id: str, timeout: float) -> None:
        """Wait for the first frame of a run, its end, or a word on why it has to wait; the run itself may still be to be made."""
        deadline = time.monotonic() + timeout
        with self._foreman.bells.listen(run_id) as bell:
            while (remaining := deadline - time.monotonic()) > 0 and not self._opened(run_id):
                await _rung(bell, min(remaining, ELSEWHERE))
                bell.clear()

    def _opened(self, run_id: str) -> bool:
        """Whether there is anything to tell of a run: a frame, its end, or why it has to wait."""
        recording = self.store.get(run_id)
        status = status_of(recording)
        if recording is None or status is None:
            return False
        return not status.active or status.delayed or has_frame(recording, 0)

    @property
    def crowd(self) -> int:
        """How many wait for news of a run, beyond those of two or three students."""
        return max(0, self._foreman.bells.listeners - FEW)

    def hang_up(self) -> None:
        """Let everybody go who waits: the server is about to end."""
        self._connection.closed = True
        self._foreman.bells.ring_all()

    def close(self) -> None:
        """Stop all runs, keep what they recorded, and end the cluster's processes. The engine cannot be used again."""
        self.hang_up()
        self._foreman.close()

    def _parent_weights(self, recipe: Recipe) -> bytes | None:
        if not recipe.parent:
            return None
        parent = self.store.get(recipe.parent)
        try:
            if parent is not None:
                return parent.weights_bytes(recipe.parent_frame)
        except RecordingError:
            pass
        raise EngineError("The run to continue from is no longer there, or has not kept these weights.")


async def _rung(bell: asyncio.Event, timeout: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), timeout)


def _network(recipe: Recipe) -> tuple[object, ...]:
    """What must be equal for one model's weights to fit another."""
    return recipe.net, recipe.hidden, recipe.latent_dim


_engine: Engine | None = None
_engine_lock = threading.RLock()  # a signal may interrupt its holder, and ask for the engine


def get_engine() -> Engine:
    """The engine of this process, made when first asked for."""
    global _engine
    with _engine_lock:
        if _engine is None:
            _engine = Engine(Store(runs_folder(), pretrained_folder()))
        return _engine
