"""What runs in a Dask worker: one recipe, trained from start to end, told as events.

Events are dicts with ``run`` (id), ``key`` (of the task, so that news of an earlier attempt can be told apart) and ``kind``:
``started`` (probe, total_steps), ``weights`` (index, body), ``frame`` (index, body, step, images_per_second), ``progress`` (step,
images_per_second), ``message`` (text) and, last, ``final`` (state, step, message and, for a finished run, model and metrics).
The weights of a frame come before the frame. Torch is imported when the task runs.
"""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.data import Data
    from vae_core.training import Training

Publish = Callable[..., None]

ENDING = ("closing", "closed", "failed")  # of a worker
TOO_LARGE = "There was not enough memory for this run. Choose a smaller network, a smaller batch or fewer images, and train again."
PROGRESS_EVERY = 0.5  # seconds between signs of life where no frame is due


def run_recipe(values: dict[str, Any], key: str, topic: str, data_root: str, start: bytes | None = None) -> str:
    """Train a recipe in a worker, from the weights blob ``start`` if given; returns the state it ended in.

    What happens is published under ``topic``; the Dask event named ``key`` stops it.
    """
    from distributed import get_worker

    worker, recipe = get_worker(), Recipe.from_dict(values)

    def publish(kind: str, **fields: Any) -> None:
        worker.log_event(topic, {"run": recipe.id, "key": key, "kind": kind, **fields})

    with stop_flag(key, lambda: abandoned(worker, key)) as stop:
        return perform(recipe, Path(data_root), start, publish, stop.is_set)


def abandoned(worker: Any, key: str) -> bool:
    """Whether nobody waits for this task any more, as when the app that asked for it was killed, or the scheduler.

    Dask cannot interrupt a thread, but its worker knows that it would.
    """
    task = worker.state.tasks.get(key)
    return worker.status.name in ENDING or task is None or task.state == "cancelled"


@contextmanager
def stop_flag(name: str, also: Callable[[], bool]) -> Iterator[threading.Event]:
    """A local flag that follows the cluster's event ``name``; raised too when ``also`` is true, which is asked every second.

    The cluster's event outlives this worker, so a run that is to stop does so too when another worker takes it over.
    """
    flag, over = threading.Event(), threading.Event()

    def follow() -> None:
        from distributed import Event

        event = Event(name)
        while not over.is_set():
            try:
                raised = event.wait(timeout=1)
            except (OSError, AttributeError):  # the scheduler is away; a worker that ends has taken the event's client away
                raised = over.wait(1)
            if raised or also():
                flag.set()
                return

    # In a copy of this thread's context, which tells Dask which worker it is in; in a thread, as the first connection takes a while.
    threading.Thread(target=contextvars.copy_context().run, args=(follow,), name=f"stop-{name}", daemon=True).start()
    try:
        yield flag
    finally:
        over.set()


class StoppedError(RuntimeError):
    """The run is to stop before its data are there."""


def perform(recipe: Recipe, data_root: Path, start: bytes | None, publish: Publish, stopped: Callable[[], bool]) -> str:
    """Load, train and measure; publish how it goes; return the state it ended in."""
    import torch

    from vae_core.data import NoData, load
    from vae_core.training import Diverged

    def progress(text: str) -> None:
        if stopped():
            raise StoppedError
        publish("message", text=text)

    torch.set_num_threads(1)
    try:
        publish("message", text="Loading the data.")
        data = load(recipe, data_root, progress)
        last = follow_training(recipe, data, start, publish, stopped)
        final = {"state": "stopped", "message": "You stopped this run."} if last is None else finished(last, data, recipe, publish)
    except Diverged as error:
        final = {"state": "diverged", "message": str(error)}
    except StoppedError:
        final = {"state": "stopped", "message": "You stopped this run while its data set was being fetched."}
    except (NoData, ValueError) as error:
        final = {"state": "failed", "message": str(error)}
    except (MemoryError, RuntimeError) as error:
        if not is_shortage(error):
            raise
        final = {"state": "failed", "message": TOO_LARGE}
    publish("final", **final)
    return str(final["state"])


def is_shortage(error: MemoryError | RuntimeError) -> bool:
    """Whether there was no memory to be had: torch says so with a RuntimeError like any other."""
    return isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error)


def follow_training(recipe: Recipe, data: "Data", start: bytes | None, publish: Publish, stopped: Callable[[], bool]) -> "Training | None":
    """Train to the end and return the training, or None if it was stopped.

    However it ends, the weights of the last frame are published.

    Raises:
        Diverged: if the loss stops being a number.
    """
    from vae_core.training import steps

    latest = (-1, b"")
    kept = -1
    told = time.monotonic()
    try:
        for training in steps(recipe, data, start):
            if training.step == 0:
                publish("started", probe=data.probe.pack(), total_steps=training.total_steps)
            if training.due:
                frame = training.frame()
                latest = (frame.index, training.weights())
                if training.keeps_weights:
                    kept = frame.index
                    publish("weights", index=kept, body=latest[1])
                publish("frame", index=frame.index, body=frame.pack(), **pace(training))
                told = time.monotonic()
            elif time.monotonic() - told > PROGRESS_EVERY:
                publish("progress", **pace(training))
                told = time.monotonic()
            if stopped() and training.step < training.total_steps:
                return None
        return training
    finally:
        if kept < latest[0]:
            publish("weights", index=latest[0], body=latest[1])


def pace(training: "Training") -> dict[str, float]:
    """How far and how fast."""
    speed = training.images_seen / training.seconds if training.seconds > 0 else 0.0
    return {"step": training.step, "images_per_second": speed}


def finished(training: "Training", data: "Data", recipe: Recipe, publish: Publish) -> dict[str, Any]:
    """Measure and pack the finished model."""
    from vae_core.checkpoint import dump
    from vae_core.metrics import measure

    publish("message", text="Measuring the finished model.")
    return {"state": "done", "message": "", "model": dump(training.model), "metrics": measure(training.model, data, recipe)}
