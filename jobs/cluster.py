"""The Dask cluster that trains: one of our own on this machine, or any that runs already. The rest of the engine sees no difference."""

import asyncio
import contextlib
import ipaddress
import logging
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jobs import credentials
from jobs.settings import MAX_ACTIVE, ROOT, TRUST, network_is_trusted, scheduler_address
from vae_core.files import refusal

if TYPE_CHECKING:
    from distributed import Client, Future

logger = logging.getLogger(__name__)

START_TIMEOUT = 60  # seconds
CONNECT_TIMEOUT = 10
ANSWER_TIMEOUT = 2
UNANSWERED = 10  # seconds before a scheduler that gave no answer is asked again: each time, all who wait for the engine wait too
# The scheduler keeps the last events of each topic in memory, and ours carry frames and weights: a megabyte each for large models.
EVENTS_KEPT = 16
LARGEST_ORDER = "100MB"
# Dask looks at itself up to a hundred times a second in each of five processes, which together took a fifth of a core while nobody trained.
SELDOM = {
    "distributed.worker.profile.enabled": "False",
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "2s",
}


class ClusterError(RuntimeError):
    """No cluster; the message says why, for people."""


class Cluster:
    """A connected cluster; ``open_cluster`` makes one.

    ``own`` is the Dask cluster object if its processes are ours, ``keys`` the folder of their keys. ``complaint`` is what to say if no
    worker comes up.
    """

    def __init__(self, client: "Client", own: Any | None, complaint: str, keys: Path | None = None) -> None:
        self._client, self._own, self._complaint, self._keys = client, own, complaint, keys
        self._asked_again = -math.inf  # when it may be, on the monotonic clock

    def wait(self) -> None:
        """Wait for the first worker.

        Raises:
            ClusterError: if none comes up in time.
        """
        from distributed import TimeoutError as DaskTimeout

        try:
            self._client.wait_for_workers(1, timeout=START_TIMEOUT)
        except (DaskTimeout, OSError) as error:
            raise ClusterError(self._complaint) from error

    @property
    def lost(self) -> bool:
        """Whether the scheduler is gone. A client that connects again is of no use: its tasks and subscriptions are forgotten."""
        return self._client.status != "running"

    def slots(self) -> int:
        """How many runs can train at once. Workers that are not up yet do not count: a run given to a busy one would wait there."""
        return min(MAX_ACTIVE, self._threads() if self._own is None else self.up)

    def _threads(self) -> int:
        if self.lost or time.monotonic() < self._asked_again:
            return 0
        try:
            return sum(self._client.nthreads(callback_timeout=ANSWER_TIMEOUT).values())
        except TimeoutError:  # it hangs
            self._asked_again = time.monotonic() + UNANSWERED
            return 0
        except (OSError, RuntimeError):  # it has just gone
            return 0

    @property
    def own(self) -> bool:
        """Whether its processes are ours."""
        return self._own is not None

    @property
    def up(self) -> int:
        """How many workers of our own are up, known without asking; 0 for a foreign cluster."""
        return 0 if self._own is None else len(self._own.scheduler_info.get("workers", {}))

    def subscribe(self, topic: str, handler: Callable[[Any], None]) -> None:
        """Have ``handler`` called with each event of a topic, in a thread of Dask's."""
        self._client.subscribe_topic(topic, lambda event: handler(event[1]))

    def submit(self, function: Callable[..., Any], *args: Any, key: str) -> "Future":
        """Run a function in a worker. If that worker dies, another one runs it from the start."""
        return self._client.submit(function, *args, key=key, pure=False)

    def tell_all(self, function: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        """Have each worker that is up begin with this beside its tasks. Nobody hears how it ends."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self._client.run(function, *args, wait=False, on_error="ignore")

    def another(self, future: "Future") -> "Future":
        """One more handle on a task, which goes on until all are released."""
        from distributed import Future

        return Future(future.key, self._client)

    def raise_flag(self, name: str) -> None:
        """Set the event ``name``, for whoever waits for it in a worker."""
        from distributed import Event

        Event(name, client=self._client).set()

    def close(self) -> None:
        """Disconnect, and end the processes of a cluster of our own."""
        kill = _killer(self._own)
        try:
            self._client.close(timeout=2)
            if self._own is not None:
                self._own.close(timeout=3)
        except Exception as error:  # some of them ended before and Dask waits for them
            logger.warning("The cluster did not close in good order: %r", error)
        finally:
            kill()
            if self._keys is not None:
                shutil.rmtree(self._keys, ignore_errors=True)


def open_cluster() -> Cluster:
    """Start a cluster, or connect to the one that ``LATENT_LAB_SCHEDULER`` names.

    Raises:
        ClusterError: if that fails.
    """
    import dask

    # The frames of an experiment's runs travel with the order to measure them: once each, so there is nothing to warn of.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_ORDER})
    address = scheduler_address()
    if address:
        return _connected(address)
    with _deaf_to_ctrl_c():
        return _started()


def _knock(address: str) -> None:
    """See whether a scheduler answers, before there is a client for it.

    A Client that fails in its constructor leaves a thread behind; and if it is collected while another one starts, it waits for a lock
    that the other one holds: until Dask gives up with an AssertionError, or for ever.
    """
    from distributed import Security
    from distributed.comm import connect

    async def knock() -> None:
        comm = await connect(address, timeout=CONNECT_TIMEOUT, **Security().get_connection_args("client"))
        await comm.close()

    asyncio.run(knock())


def _connected(address: str) -> Cluster:
    if not (private(address) or network_is_trusted()):
        raise ClusterError(
            f"The Dask scheduler at {address} is on another machine, and its address is not an encrypted one. Whoever reaches such a "
            f"scheduler can run programs on every machine of the cluster. Use tls:// (see README); or, if nobody else can reach that "
            f"network, set {TRUST[0]}={TRUST[1]}."
        )
    from distributed import Client

    try:
        _knock(address)
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except TypeError as error:  # what Dask raises if it has no certificate to show
        raise ClusterError(f"The Dask scheduler at {address} asks for keys, and this app was started without them (see README).") from error
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {address} (LATENT_LAB_SCHEDULER), or it does not know our keys, which last a year. "
            "Start it, then train again."
        ) from error
    return Cluster(client, None, f"The Dask scheduler at {address} has no workers. Start some, then train again.")


def private(address: str) -> bool:
    """Whether strangers can neither reach nor read a scheduler's address: it is encrypted, or on the loopback interface."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        return parts.scheme == "tls" or parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _started() -> Cluster:
    keys = None
    try:
        keys = Path(tempfile.mkdtemp(prefix="latent-lab-keys-"))
        # In a process of its own, for the library that makes keys is large and needed once; Dask is imported here meanwhile.
        with subprocess.Popen([sys.executable, "-m", "jobs.credentials", str(keys)], cwd=ROOT, stdout=subprocess.DEVNULL) as maker:
            from distributed import Client
        if maker.returncode:
            raise RuntimeError("no keys could be made for them")
        with _inherited(_environment() | credentials.environment(keys)):
            own = _embedded(min(2, os.cpu_count() or 1), keys)
        client = Client(own, set_as_default=False)
    except (OSError, RuntimeError) as error:
        if keys is not None:
            shutil.rmtree(keys, ignore_errors=True)
        why = refusal(error) if isinstance(error, OSError) else error
        raise ClusterError(f"The processes that train models could not be started: {why}") from error
    return Cluster(client, own, f"The processes that train models did not come up within {START_TIMEOUT} s.", keys)


def _killer(own: Any | None) -> Callable[[], None]:
    """Notes the processes of a cluster of subprocesses now; the result kills what is left of them."""
    import psutil  # type: ignore[import-untyped]

    parts = [own.scheduler, *own.workers.values()] if own is not None else []
    processes = []
    for part in parts:
        with contextlib.suppress(psutil.NoSuchProcess, AttributeError):  # it ended, or is none of ours to kill
            process = psutil.Process(part.process.pid)
            processes += [process, *process.children(recursive=True)]

    def kill() -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):  # also if another process has its number by now
                process.kill()

    return kill


def _embedded(workers: int, keys: Path) -> Any:
    """Scheduler and workers on the loopback interface, encrypted all the same for the sake of shared machines; one torch thread each.

    Not LocalCluster where that can be avoided: multiprocessing, started inside Streamlit, runs the page again in the child.
    """
    options: dict[str, Any] = {"preload": ["jobs.preload"], "protocol": "tls://"}
    security = credentials.security(keys)
    if sys.platform == "win32":
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            security=security,
            **options,
        )
    from distributed.deploy.subprocess import SubprocessCluster

    return SubprocessCluster(
        host="127.0.0.1",
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        scheduler_kwargs={"preload": ["jobs.leash"], "dashboard": False, "dashboard_address": "127.0.0.1:0", "protocol": "tls://"},
        worker_kwargs=options | {"preload_nanny": ["jobs.leash"]},
        security=security,
    )


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Have the threads and processes that are started meanwhile pass over Ctrl-C: it is for the app, which ends them in good order."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _inherited(variables: dict[str, str]) -> Iterator[None]:
    """Set these for the processes that are started meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _environment() -> dict[str, str]:
    """What the processes inherit: where the project is, for they need its modules, and settings of Dask's."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in paths if path and path != str(ROOT))]),
        "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": str(EVENTS_KEPT),
        "DASK_LOGGING__DISTRIBUTED": "warning",
        **{f"DASK_{name.upper().replace('.', '__').replace('-', '_')}": value for name, value in SELDOM.items()},
    }
