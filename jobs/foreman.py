"""Who hands runs to the cluster, and writes down what is heard of them.

Events of the cluster arrive in Dask's threads and are handed to one writer thread (``inbox``), which alone changes live runs on disk.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jobs.bells import Bells
from jobs.cluster import Cluster
from jobs.connection import LOST, Connection
from jobs.explain import explain
from jobs.fairness import Turns
from jobs.inbox import Inbox
from jobs.live import Live
from jobs.pace import Pace, in_line
from jobs.parties import parties
from jobs.settings import data_folder
from jobs.store import SERVER_RESTARTED, Store, kept, kept_so_far
from jobs.task import Order, run_recipes
from vae_core.files import refusal
from vae_core.recording import RecordingError

if TYPE_CHECKING:
    from distributed import Future

logger = logging.getLogger(__name__)

TICK = 0.1  # seconds
HEARTBEAT = 3.0  # seconds between signs of life on disk, for other processes that read the store
STEP_OF_LINE = 0.25  # seconds between two words on a run's place in line, for each run before it: each that ends moves all others
STOP_GRACE = 0.3  # seconds that a worker has to end a run by itself
STOPPED = "You stopped this run."
BUSY = "Waiting: the processes that train are busy, with measuring or with runs of another copy of this app. Yours is among the next."


class Foreman:
    """Follows the runs that train or wait, from their entry in line to their last status.

    Attributes:
        lock: held to look at the line and change it in one go.
        connection: the way to the cluster.
        bells: rung at each news of a run.
    """

    def __init__(self, store: Store, connect: Callable[[], Cluster]) -> None:
        self.lock = threading.RLock()
        self.bells = Bells()
        self._store = store
        self._topic = f"latent-lab-{uuid.uuid4().hex}"
        self._live: dict[str, Live] = {}  # in the order of asking
        self._turns = Turns()
        self._pace = Pace()
        self.connection = Connection(connect, self._listen, lambda: self._inbox.post(self._pump))
        self._inbox = Inbox(self._tick, TICK)

    # From any thread; returns at once.

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._live

    def lives(self) -> list[Live]:
        """The runs that train or wait, in the order of asking."""
        with self.lock:
            return list(self._live.values())

    def take_on(self, live: Live) -> None:
        """Let a run stand in line. Runs of different owners take turns."""
        live.turn = self._turns.take(live.owner)
        self.connection.warm()  # before the run is in line, or the failure of an earlier start would end it
        self.put_back(live)
        self._inbox.post(self._pump)

    def put_back(self, live: Live) -> None:
        """Follow a run, as if it had never been forgotten."""
        with self.lock:
            self._live[live.id] = live
            self._store.alive.add(live.id)

    def forget(self, run_id: str) -> Live | None:
        """Follow a run no more; returns it if it was followed."""
        with self.lock:
            self._store.alive.discard(run_id)
            return self._live.pop(run_id, None)

    def abandon(self, live: Live) -> None:
        """Have the cluster drop a run that was forgotten."""
        self._give_back_turn(live)
        self._inbox.post(self._abandon, live)

    def stop(self, run_id: str) -> None:
        """Stop a run within half a second and keep what was recorded."""
        self._inbox.post(self._stop, run_id)

    def close(self) -> None:
        """End all runs, keep what they recorded, and end the writer thread and the cluster's processes."""
        self.connection.wait()
        self._inbox.post(self._end_all)
        self._inbox.close()
        self.connection.drop()

    def _give_back_turn(self, gone: Live) -> None:
        """A run that was never handed over costs its owner no turn."""
        with self.lock:
            if gone.future is None and self._turns.give_back(gone.owner, gone.turn):
                for live in self.lives():
                    if live.owner == gone.owner and live.turn > gone.turn:
                        live.turn -= 1

    def _listen(self, cluster: Cluster) -> None:
        """Have the events of a cluster's tasks heard in the writer thread."""
        cluster.subscribe(self._topic, lambda event: self._inbox.post(self._hear, event))

    # In the writer thread.

    def _pump(self) -> None:
        """Give the cluster as many runs as it has room for, and tell the others where they stand."""
        lives, cluster = self.lives(), self.connection.cluster
        waiting = [live for live in lives if live.future is None]
        if self.connection.state == "failed":
            for live in waiting:
                self._finish(live, "failed", f"{self.connection.message} {kept_so_far(live.recording.frame_count)}".strip())
        elif self.connection.state == "starting":
            for live in waiting:
                self._tell(live, message=self.connection.message)
        elif cluster is not None and not self.connection.closed and waiting:
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
        orders = [Order(live.recipe.to_dict(), live.key, live.start) for live in party]
        task = cluster.submit(run_recipes, orders, self._topic, str(data_folder()), key=orders[0].key)
        self._turns.served(party[0].turn)  # the others come along in this one's turn
        for live in party:
            live.future, live.submitted = task if live is party[0] else cluster.another(task), time.monotonic()
            live.future.add_done_callback(lambda future, live=live: self._inbox.post(self._ended, live, future))
            self._tell(live, message="")

    def _hear(self, event: dict[str, Any]) -> None:
        """One event of a task: write it down, then wake those who wait for it."""
        live = self._live.get(event["run"])
        if live is None or live.key != event["key"]:
            return
        self._guarded(live, live.hear, event)
        if event["kind"] == "final":
            self._finish(live, event["state"], event["message"])
        self.bells.ring(live.id)

    def _tell(self, live: Live, **fields: Any) -> None:
        self._guarded(live, live.tell, **fields)
        self.bells.ring(live.id)

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
                self._store.clear_remains(live.id)

    def _finish(self, live: Live, state: str, message: str) -> None:
        """The end of a run: its status last, then its place to the next."""
        with self.lock:
            if self._live.get(live.id) is not live:
                return
            try:
                live.end(state, message)
            except RecordingError as error:  # it was deleted, or is another process's now
                logger.warning("The end of run %s cannot be written: %s", live.id, error)
                self._store.clear_remains(live.id)
            self.forget(live.id)
        self._give_back_turn(live)
        if live.future is not None:
            live.future.release()
            self._pace.note(time.monotonic() - live.submitted)
        self.bells.ring(live.id)
        self._inbox.post(self._pump)

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
            self._store.clear_remains(live.id)
        if live.future is None:
            return None
        live.future.release()
        self._inbox.post(self._pump)
        return self._flag(live)

    def _flag(self, live: Live) -> threading.Thread:
        """Tell the task to stop. Not in this thread: it waits long for a scheduler that is gone."""
        thread = threading.Thread(target=_raise_flag, args=(self.connection.cluster, live.key), daemon=True)
        thread.start()
        return thread

    def _tick(self) -> None:
        now = time.monotonic()
        if self.connection.has_grown():
            self._inbox.post(self._pump)
        if self.connection.lost or (self.connection.deserted and self.lives()):
            self._lose()
        for run_id in self._store.stops.asked() & {live.id for live in self.lives()}:
            self._store.stops.forget(run_id)
            self._stop(run_id)
        if any(live.future is None and now - live.told > HEARTBEAT for live in self.lives()):
            self._pump()  # says where they stand; a foreign cluster may have room now
        for live in self.lives():
            if live.stop_at is not None and now > live.stop_at:
                self._finish(live, "stopped", STOPPED)
            elif now - live.told > HEARTBEAT:
                self._sign_of_life(live)

    def _sign_of_life(self, live: Live) -> None:
        """Nothing was heard of a run for a while: say that it is there all the same."""
        cluster = self.connection.cluster
        if live.future is not None and cluster is not None and cluster.slots() == 0:
            self._tell(live, state="queued", message="No process that trains is left; waiting for one. What was recorded is kept.")
        elif live.future is not None and live.state == "queued":  # Dask keeps it in line: replicas do not see each other's runs
            self._tell(live, message=BUSY)
        else:
            self._tell(live)

    def _lose(self) -> None:
        """The cluster is gone: what it trained goes back in line, once, and another one is opened if anybody waits."""
        self.connection.give_up()
        for live in self.lives():
            if live.stop_at is not None:
                self._finish(live, "stopped", STOPPED)
            elif live.future is not None and not live.line_up_again():
                self._finish(live, "failed", f"{LOST} {kept(live.recording.frame_count)}")
        for live in self.lives():
            self._tell(live, state="queued", message=f"{LOST} They are being started anew.")
        if self.lives():
            self.connection.warm()

    def _end_all(self) -> None:
        lives = self.lives()
        flags = [self._abandon(live) for live in lives]
        for live in lives:
            self._finish(live, "stopped", f"{SERVER_RESTARTED} {kept(live.recording.frame_count)}")
        for flag in flags:
            if flag is not None:
                flag.join(1)


def _raise_flag(cluster: Cluster | None, name: str) -> None:
    try:
        if cluster is not None:
            cluster.raise_flag(name)
    except Exception as error:  # the scheduler is gone, and the task with it
        logger.warning("A run could not be told to stop: %s", error)
