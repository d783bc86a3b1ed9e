"""What runs in a Dask worker: a recipe trained from start to end, or several in step, told as events.

Events are dicts with ``run`` (id), ``key`` (of the task, so that news of an earlier attempt can be told apart) and ``kind``:
``started`` (probe, total_steps), ``weights`` (index, body), ``frame`` (index, body, step, images_per_second), ``progress`` (step,
images_per_second), ``message`` (text) and, last, ``final`` (state, step, message and, for a finished run, model and metrics).
The weights of a frame come before the frame. Torch is imported when the task runs.
"""

import contextvars
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.data import Data
    from vae_core.training import Training

Publish = Callable[..., None]
Course = Generator["Training", None, None]

ENDING = ("closing", "closed", "failed")  # of a worker
TOO_LARGE = "There was not enough memory for this run. Choose a smaller network, a smaller batch or fewer images, and train again."
PROGRESS_EVERY = 0.5  # seconds between signs of life where no frame is due


class Order(NamedTuple):
    """One run that is asked for.

    Attributes:
        values: its recipe in plain types.
        key: name of this attempt and of the Dask event that stops it.
        start: weights blob to begin from, for a fork.
    """

    values: dict[str, Any]
    key: str
    start: bytes | None


def run_recipes(orders: Sequence[Order], topic: str, data_root: str) -> None:
    """Train recipes in a worker, as the task whose name is the first order's key; what happens is published under ``topic``."""
    from distributed import get_worker

    worker, task = get_worker(), orders[0].key

    def ready(order: Order, flags: ExitStack) -> Course:
        recipe = Recipe.from_dict(order.values)

        def publish(kind: str, **fields: Any) -> None:
            worker.log_event(topic, {"run": recipe.id, "key": order.key, "kind": kind, **fields})

        stop = flags.enter_context(stop_flag(order.key, lambda: abandoned(worker, task)))
        return course(recipe, Path(data_root), order.start, publish, stop.is_set)

    with ExitStack() as flags:
        carry_out([ready(order, flags) for order in orders])


def carry_out(courses: Sequence[Course]) -> None:
    """Give courses their updates until all have ended: several in step. What goes wrong in an update is theirs to explain."""
    asking = {one: training for one in courses if (training := _resume(one)) is not None}
    if not asking:
        return
    update = _updater(list(asking.values()))
    while asking:
        problem = None
        try:
            update()
        except (MemoryError, RuntimeError) as error:
            problem = error
        asking = {one: training for one, training in asking.items() if _resume(one, problem) is not None}


def _resume(one: Course, problem: Exception | None = None) -> "Training | None":
    try:
        return next(one) if problem is None else one.throw(problem)
    except StopIteration:
        return None


def _updater(trainings: "list[Training]") -> Callable[[], None]:
    """One update of each."""
    from vae_core.sweep import Sweep

    return trainings[0].advance if len(trainings) == 1 else Sweep(trainings).advance


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


def course(recipe: Recipe, data_root: Path, start: bytes | None, publish: Publish, stopped: Callable[[], bool]) -> Course:
    """Load, train and measure a run, and publish how it goes. It yields its training whenever that is to be updated once."""
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
        last = yield from follow_training(recipe, data, start, publish, stopped)
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


def is_shortage(error: MemoryError | RuntimeError) -> bool:
    """Whether there was no memory to be had: torch says so with a RuntimeError like any other."""
    return isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error)


def follow_training(
    recipe: Recipe, data: "Data", start: bytes | None, publish: Publish, stopped: Callable[[], bool]
) -> "Generator[Training, None, Training | None]":
    """Follow a training to the end, yielding it for each update; returns it, or None if it was stopped.

    However it ends, the weights of the last frame are published.

    Raises:
        Diverged: if the loss stops being a number.
    """
    from vae_core.training import Training

    training = Training(recipe, data, start)
    publish("started", probe=data.probe.pack(), total_steps=training.total_steps)
    latest, kept = None, -1
    told = time.monotonic()
    try:
        while True:
            if training.due:
                frame = training.frame()
                latest = training.moment()
                if training.keeps_weights:
                    kept = frame.index
                    publish("weights", index=kept, body=training.weights())
                publish("frame", index=frame.index, body=frame.pack(), **pace(training))
                told = time.monotonic()
            elif time.monotonic() - told > PROGRESS_EVERY:
                publish("progress", **pace(training))
                told = time.monotonic()
            if training.step == training.total_steps:
                return training
            if stopped():
                return None
            yield training
    finally:
        if latest is not None and kept < latest.frame:
            publish("weights", index=latest.frame, body=training.weights_at(latest))


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
