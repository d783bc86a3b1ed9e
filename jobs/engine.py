"""The job engine: takes recipes, has them trained on a Dask cluster, and writes what happens to the store.

Events of the cluster arrive in Dask's threads and are handed to one writer thread (``inbox``), which alone changes live runs on disk.
"""

import asyncio
import contextlib
import dataclasses
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jobs.bells import Bells
from jobs.cluster import Cluster, ClusterError, open_cluster
from jobs.connection import LOST, Connection
from jobs.fairness import Turns
from jobs.inbox import Inbox
from jobs.live import Live, has_frame
from jobs.pace import Pace, in_line
from jobs.parties import parties
from jobs.settings import MAX_RUNS, MAX_RUNS_EACH, data_folder, pretrained_folder, runs_folder
from jobs.store import SERVER_RESTARTED, Store, StoreError, kept, kept_so_far
from jobs.task import Order, run_recipes
from vae_core import effort
from vae_core.files import refusal
from vae_core.recipes import Recipe, RecipeError
from vae_core.recording import RecordingError, Status

if TYPE_CHECKING:
    from distributed import Future

logger = logging.getLogger(__name__)

TICK = 0.1  # seconds
HEARTBEAT = 3.0  # seconds between signs of life on disk, for other processes that read the store
STEP_OF_LINE = 0.25  # seconds between two words on a run's place in line, for each run before it: each that ends moves all others
STOP_GRACE = 0.3  # seconds that a worker has to end a run by itself
ELSEWHERE = 0.25  # seconds between looks at a run that another process trains
STOPPED = "You stopped this run."
BUSY = "Waiting: the processes that train are busy, with measuring or with runs of another copy of this app. Yours is among the next."


class EngineError(RuntimeError):
    """The engine cannot do that; the message says why."""


class Engine:
    """Trains recipes; ``get_engine`` gives the one of this process.

    ``store`` is where runs are.
    """

    def __init__(self, store: Store, connect: Callable[[], Cluster] = open_cluster) -> None:
        self.store = store
        self._topic = f"latent-lab-{uuid.uuid4().hex}"
        self._lock = threading.RLock()
        self._live: dict[str, Live] = {}  # in the order of asking
        self._bells = Bells()
        self._turns = Turns()
        self._pace = Pace()
        self._connection = Connection(connect, self._listen, lambda: self._inbox.post(self._pump))
        self._inbox = Inbox(self._tick, TICK)

    # What pages and routes call, from any thread; returns at once.

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
            EngineError: if the owner has too many runs in line, the weights to continue from are gone, or the run cannot be written.
        """
        recipe.validate()
        effort.check(recipe, data_folder())
        with self._lock:
            known = self.store.get(recipe.id)
            if recipe.id in self._live or (known is not None and (known.status.active or known.status.state == "done")):
                return recipe.id
            self._check_room(owner)
            weights = self._parent_weights(recipe)
            try:
                claimed = self.store.claim(recipe)
            except StoreError as error:
                raise EngineError(str(error)) from error
            if claimed is None:  # another process was quicker
                return recipe.id
            live = Live(self.store, claimed, weights)
            live.owner, live.turn = owner, self._turns.take(owner)
            self.warm()  # before the run is in line, or the failure of an earlier start would end it
            self._live[recipe.id] = live
            self.store.alive.add(recipe.id)
        self._inbox.post(self._pump)
        return recipe.id

    def expect(self, data: str) -> None:
        """Have the workers read a data set that is on this machine, for a run on it may come."""
        self._connection.expect(data)

    def stop(self, run_id: str) -> None:
        """Stop a run within half a second and keep what was recorded. If another process trains it, that one is asked to.

        Raises:
            EngineError: if the other process cannot be told.
        """
        known = self.store.get(run_id)
        if run_id in self._live or known is None or not known.status.active:
            self._inbox.post(self._stop, run_id)
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
        with self._lock:
            live = self._forget(run_id)
            try:
                self.store.delete(run_id)
            except StoreError:
                if live is not None:  # it is still there, so it goes on
                    self._live[run_id] = live
                    self.store.alive.add(run_id)
                raise
        if live is not None:
            self._inbox.post(self._abandon, live)
        self._bells.ring(run_id)

    def discard(self, run_id: str) -> bool:
        """Remove a run that nobody trains, to make room; says whether it is gone."""
        with self._lock:
            try:
                self.store.discard(run_id)
            except (RecordingError, StoreError) as error:
                logger.warning("Run %s could not make room: %s", run_id, error)
                return False
        self._bells.ring(run_id)
        return True

    def _check_room(self, owner: str) -> None:
        lives = self._lives()
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
        with self._lock:
            return list(self._live)

    async def wait_newer(self, run_id: str, after: int, timeout: float) -> bool:
        """Wait for a frame with an index above ``after``, or for the end of the run.

        Returns True as soon as there is such a frame or the run is not active; False as soon as anything else about the run changes,
        and after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        before: Status | None = None
        with self._bells.listen(run_id) as bell:
            while True:
                bell.clear()
                recording = self.store.get(run_id)
                if recording is None or not (status := recording.status).active or has_frame(recording, after + 1):
                    return True
                now = dataclasses.replace(status, updated=0.0)
                remaining = deadline - time.monotonic()
                if remaining <= 0 or self._connection.closed or (before is not None and before != now):
                    return False
                before = now
                await _rung(bell, remaining if run_id in self._live else min(remaining, ELSEWHERE))

    @property
    def listeners(self) -> int:
        """How many wait for news of a run."""
        return self._bells.listeners

    def hang_up(self) -> None:
        """Let everybody go who waits: the server is about to end."""
        self._connection.closed = True
        self._bells.ring_all()

    def close(self) -> None:
        """Stop all runs, keep what they recorded, and end the cluster's processes. The engine cannot be used again."""
        self.hang_up()
        self._connection.wait()
        self._inbox.post(self._end_all)
        self._inbox.close()
        self._connection.drop()

    def _listen(self, cluster: Cluster) -> None:
        """Have the events of a cluster's tasks heard in the writer thread."""
        cluster.subscribe(self._topic, lambda event: self._inbox.post(self._hear, event))

    # In the writer thread.

    def _pump(self) -> None:
        """Give the cluster as many runs as it has room for, and tell the others where they stand."""
        lives, cluster = self._lives(), self._connection.cluster
        waiting = [live for live in lives if live.future is None]
        if self.state == "failed":
            for live in waiting:
                self._finish(live, "failed", f"{self.message} {kept_so_far(live.recording.frame_count)}".strip())
        elif self.state == "starting":
            for live in waiting:
                self._tell(live, message=self.message)
        elif cluster is not None and not self._connection.closed and waiting:
            slots = cluster.slots()
            busy = {live.future.key for live in lives if live.future is not None}
            waiting.sort(key=lambda live: live.turn)
            for party in parties(waiting, max(0, slots - len(busy))):
                self._submit(party, cluster)
            for position, live in enumerate(live for live in waiting if live.future is None):
                if time.monotonic() - live.placed > min(HEARTBEAT, STEP_OF_LINE * position):
                    self._tell(live, message=in_line(position, slots, self._pace))
                    live.placed = live.told

    def _submit(self, party: Sequence[Live], cluster: Cluster) -> None:
        """Hand runs over as one task, on which each has a handle of its own."""
        orders = [Order(live.recording.recipe.to_dict(), live.key, live.start) for live in party]
        task = cluster.submit(run_recipes, orders, self._topic, str(data_folder()), key=orders[0].key)
        for live in party:
            live.future, live.submitted = task if live is party[0] else cluster.another(task), time.monotonic()
            live.future.add_done_callback(lambda future, live=live: self._inbox.post(self._ended, live, future))
            self._turns.served(live.turn)
            self._tell(live, message="")

    def _hear(self, event: dict[str, Any]) -> None:
        """One event of a task: write it down, then wake those who wait for it."""
        live = self._live.get(event["run"])
        if live is None or live.key != event["key"]:
            return
        self._guarded(live, live.hear, event)
        if event["kind"] == "final":
            self._finish(live, event["state"], event["message"])
        self._bells.ring(live.id)

    def _tell(self, live: Live, **fields: Any) -> None:
        self._guarded(live, live.tell, **fields)
        self._bells.ring(live.id)

    def _guarded(self, live: Live, write: Callable[..., None], *args: Any, **fields: Any) -> None:
        """Write; a run that cannot be written, or that another process deleted, ends here."""
        try:
            write(*args, **fields)
        except (OSError, RecordingError) as error:
            logger.warning("Run %s cannot be written: %s", live.id, error)
            self._abandon(live)
            if isinstance(error, OSError):
                frames = kept_so_far(live.recording.frame_count)
                self._finish(live, "failed", f"The run ended because it could not be written: {refusal(error)} {frames}".strip())
            else:
                self._finish(live, "failed", "The run could not be written to the disk: its folder is gone.")
                self.store.clear_remains(live.id)

    def _finish(self, live: Live, state: str, message: str) -> None:
        """The end of a run: its status last, then its place to the next."""
        with self._lock:
            if self._live.get(live.id) is not live:
                return
            try:
                live.end(state, message)
            except RecordingError as error:  # it was deleted, or is another process's now
                logger.warning("The end of run %s cannot be written: %s", live.id, error)
                self.store.clear_remains(live.id)
            self._forget(live.id)
        if live.future is not None:
            live.future.release()
            self._pace.note(time.monotonic() - live.submitted)
        self._bells.ring(live.id)
        self._inbox.post(self._pump)

    def _forget(self, run_id: str) -> Live | None:
        self.store.alive.discard(run_id)
        return self._live.pop(run_id, None)

    def _ended(self, live: Live, future: "Future") -> None:
        """Dask is done with the task. Its ``final`` event came before this, so a run that is still live ended badly."""
        current = live.future is future and self._live.get(live.id) is live
        if not current:
            return
        if future.status == "error":
            self._finish(live, "failed", explain(future.exception()))
        elif future.status == "cancelled":  # by Dask, when it lost its scheduler; even if it has found one again
            self._lose()
        else:
            self._finish(live, "failed", f"{LOST} {kept(live.recording.frame_count)}")

    def _stop(self, run_id: str) -> None:
        live = self._live.get(run_id)
        if live is None or live.stop_at is not None:
            return
        if live.future is None:
            self._finish(live, "stopped", STOPPED if live.recording.frame_count else "You stopped this run before it began.")
            return
        live.stop_at = time.monotonic() + STOP_GRACE
        self._flag(live)

    def _abandon(self, live: Live) -> threading.Thread | None:
        """Have the cluster drop a run that nobody follows any more."""
        if live.id not in self._live:  # it was deleted, perhaps while this thread wrote
            self.store.clear_remains(live.id)
        if live.future is None:
            return None
        live.future.release()
        self._inbox.post(self._pump)
        return self._flag(live)

    def _flag(self, live: Live) -> threading.Thread:
        """Tell the task to stop. Not in this thread: it waits long for a scheduler that is gone."""
        thread = threading.Thread(target=_raise_flag, args=(self._connection.cluster, live.key), daemon=True)
        thread.start()
        return thread

    def _tick(self) -> None:
        now = time.monotonic()
        if self._connection.has_grown():
            self._inbox.post(self._pump)
        if self._connection.lost or (self._connection.deserted and self._lives()):
            self._lose()
        for run_id in self.store.stops.asked() & set(self.active()):
            self.store.stops.forget(run_id)
            self._stop(run_id)
        if any(live.future is None and now - live.told > HEARTBEAT for live in self._lives()):
            self._pump()  # says where they stand; a foreign cluster may have room now
        for live in self._lives():
            if live.stop_at is not None and now > live.stop_at:
                self._finish(live, "stopped", STOPPED)
            elif now - live.told > HEARTBEAT:
                self._sign_of_life(live)

    def _sign_of_life(self, live: Live) -> None:
        """Nothing was heard of a run for a while: say that it is there all the same."""
        cluster = self._connection.cluster
        if live.future is not None and cluster is not None and cluster.slots() == 0:
            self._tell(live, state="queued", message="No process that trains is left; waiting for one. What was recorded is kept.")
        elif live.future is not None and live.state == "queued":  # Dask keeps it in line: replicas do not see each other's runs
            self._tell(live, message=BUSY)
        else:
            self._tell(live)

    def _lose(self) -> None:
        """The cluster is gone: what it trained goes back in line, once, and another one is opened if anybody waits."""
        self._connection.give_up()
        for live in self._lives():
            if live.stop_at is not None:
                self._finish(live, "stopped", STOPPED)
            elif live.future is not None and not live.line_up_again():
                self._finish(live, "failed", f"{LOST} {kept(live.recording.frame_count)}")
        for live in self._lives():
            self._tell(live, state="queued", message=f"{LOST} They are being started anew.")
        if self._lives():
            self.warm()

    def _end_all(self) -> None:
        lives = self._lives()
        flags = [self._abandon(live) for live in lives]
        for live in lives:
            self._finish(live, "stopped", f"{SERVER_RESTARTED} {kept(live.recording.frame_count)}")
        for flag in flags:
            if flag is not None:
                flag.join(1)

    def _lives(self) -> list[Live]:
        with self._lock:
            return list(self._live.values())

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


def _raise_flag(cluster: Cluster | None, name: str) -> None:
    try:
        if cluster is not None:
            cluster.raise_flag(name)
    except Exception as error:  # the scheduler is gone, and the task with it
        logger.warning("A run could not be told to stop: %s", error)


def _network(recipe: Recipe) -> tuple[object, ...]:
    """What must be equal for one model's weights to fit another."""
    return recipe.net, recipe.hidden, recipe.latent_dim


def explain(error: BaseException | None) -> str:
    """What to tell people about an error that a worker's task ended with."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "The process that trained this run was ended several times, perhaps for want of memory. Try a smaller network."
    logger.error("A run failed", exc_info=error)
    return f"The run failed with an error of the lab itself: {type(error).__name__}: {str(error)[:200]}"


_engine: Engine | None = None
_engine_lock = threading.RLock()  # a signal may interrupt its holder, and ask for the engine


def get_engine() -> Engine:
    """The engine of this process, made when first asked for."""
    global _engine
    with _engine_lock:
        if _engine is None:
            _engine = Engine(Store(runs_folder(), pretrained_folder()))
        return _engine
