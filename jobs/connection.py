"""An engine's way to its cluster: not asked for yet, being opened, ready, or lost."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobs.ahead import read_ahead
from jobs.cluster import START_TIMEOUT, Cluster, ClusterError
from jobs.settings import data_folder
from vae_core.catalogue import entry

if TYPE_CHECKING:
    from distributed import Future

logger = logging.getLogger(__name__)

DESERTED = float(START_TIMEOUT)  # seconds without a worker of our own after which none is waited for any more
LOST = "The processes that train models have ended."


class Connection:
    """Opens a cluster in the background, and another one after the first was lost.

    Args:
        connect: opens a cluster.
        found: told each cluster as soon as there is one, before it is ready.
        settled: called when one is ready, or none could be had. Both are called in the thread that opens it.

    Attributes:
        state: cold, starting, ready or failed; ``message`` says what is going on or wrong.
        cluster: the cluster, perhaps not ready yet; None while there is none.
        closed: whether no more are to be opened.
    """

    def __init__(self, connect: Callable[[], Cluster], found: Callable[[Cluster], None], settled: Callable[[], None]) -> None:
        self.state, self.message = "cold", ""
        self.cluster: Cluster | None = None
        self.closed = False
        self._connect, self._found, self._settled = connect, found, settled
        self._lock = threading.Lock()
        self._opening: threading.Thread | None = None
        self._expected: set[str] = set()
        self._up = 0
        self._peopled = 0.0  # when a worker was last seen, on the monotonic clock

    def warm(self) -> None:
        """Open a cluster in the background, unless it is there or on its way."""
        with self._lock:
            if self.closed or self.state in ("starting", "ready"):
                return
            self.state, self.message = "starting", "The processes that train models are starting."
            self._opening = threading.Thread(target=self._open, name="latent-lab-cluster", daemon=True)
            self._opening.start()

    def expect(self, data: str) -> None:
        """Have the workers read a data set that is on this machine, for a run on it may come."""
        cluster = self.cluster
        if self.state != "ready" or cluster is None or data in self._expected or not entry(data).present(data_folder()):
            return
        self._expected.add(data)
        # In a thread, for the workers are asked over the network.
        threading.Thread(target=cluster.tell_all, args=(read_ahead, data, str(data_folder())), daemon=True).start()

    def compute(self, function: Callable[..., Any], *args: Any, key: str) -> "Future | None":
        """Run a function in a worker; None while there is no cluster, which is then opened.

        Raises:
            ClusterError: if it could not be opened; the next call tries again.
        """
        cluster = self.cluster
        if self.state == "ready" and cluster is not None:
            return cluster.submit(function, *args, key=key)
        failure = self.message if self.state == "failed" else ""
        self.warm()
        if failure:
            raise ClusterError(failure)
        return None

    @property
    def lost(self) -> bool:
        """Whether a cluster that was ready is gone."""
        cluster = self.cluster
        return self.state == "ready" and cluster is not None and cluster.lost and not self.closed

    @property
    def deserted(self) -> bool:
        """Whether a cluster of our own has had no worker for long: each is begun again by a process that may have ended too."""
        cluster = self.cluster
        own = self.state == "ready" and cluster is not None and cluster.own and not self.closed
        return own and time.monotonic() - self._peopled > DESERTED

    def has_grown(self) -> bool:
        """Whether more workers are up than when this was last asked."""
        cluster = self.cluster
        before, self._up = self._up, cluster.up if cluster is not None else 0
        if self._up:
            self._peopled = time.monotonic()
        return self._up > before

    def give_up(self) -> None:
        """Let a cluster that is lost go; another one is opened when ``warm`` is next called."""
        cluster, self.cluster = self.cluster, None
        if cluster is not None:
            threading.Thread(target=cluster.close, daemon=True).start()  # it waits for processes that are gone
        self.state, self.message = "failed", f"{LOST} Train again to start them anew."

    def wait(self) -> None:
        """Wait until a cluster that is on its way is there, if not ready, or could not be had."""
        opening = self._opening
        while opening is not None and opening.is_alive() and self.cluster is None:
            opening.join(0.05)

    def drop(self) -> None:
        """Close the cluster, if there is one."""
        cluster, self.cluster = self.cluster, None
        if cluster is not None:
            cluster.close()

    def _open(self) -> None:
        try:
            self.cluster = cluster = self._connect()
            self._found(cluster)
            cluster.wait()
            self._expected, self._peopled = set(), time.monotonic()
        except Exception as error:
            if not isinstance(error, ClusterError):
                logger.log(logging.INFO if self.closed else logging.ERROR, "The cluster could not be opened", exc_info=error)
            self.drop()
            self.message = str(error) or f"The processes that train models could not be started ({type(error).__name__})."
            self.state = "failed"
        else:
            self.state, self.message = "ready", ""
        self._settled()
