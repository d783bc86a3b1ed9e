"""Carries out experiments: has their runs trained by the engine, then measured in a worker, and keeps what was found.

Who wants a result follows it, again and again; when nobody has for a while, no more is started. So a lesson that is left costs nothing,
and thirty students who ask the same question share one answer.
"""

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobs.engine import Engine, EngineError, get_engine
from jobs.explain import explain
from jobs.inbox import Inbox
from jobs.measuring import Finished, measure_runs
from jobs.parties import LARGEST
from jobs.results import Results, result_key
from jobs.settings import data_folder, results_folder
from jobs.store import StoreError, status_of
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Figures
from vae_core.files import refusal
from vae_core.recipes import Recipe, RecipeError
from vae_core.recording import Recording, RecordingError
from vae_core.splits import NoData
from vae_core.zoo import ZOO

if TYPE_CHECKING:
    from distributed import Future

logger = logging.getLogger(__name__)

TICK = 0.1  # seconds
PATIENCE = 10.0  # seconds after its last follower was heard of that an inquiry is kept
LOOKED_AT = 3600.0  # seconds that a page of the course counts as open after it was last drawn
IN_LINE = LARGEST  # runs of one inquiry that train or wait at once: a worker can train as many in step, and others wait for a few only

_ZOO_NAMES = {recipe.id: f"p-{name}" for name, recipe in ZOO.items()}


@dataclass(frozen=True)
class Standing:
    """How an experiment with one seed stands.

    Attributes:
        total: how many runs it takes; ``done``: how many of them are there.
        runs: public ids of the runs that are there, by label.
        message: for people; says why it failed, if it did.
    """

    total: int
    done: int
    runs: dict[str, str]
    figures: Figures | None = None
    failed: bool = False
    message: str = ""


@dataclass(eq=False)
class _Inquiry:
    """Somebody wants the figures of an experiment with a seed, and they are not known yet."""

    name: str
    seed: int
    recipes: dict[str, Recipe]
    followers: dict[str, float] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    future: "Future | None" = None
    key: str = ""
    problem: str = ""


class Bench:
    """Carries out experiments; ``get_bench`` gives the one of this process."""

    def __init__(self, engine: Engine, results: Results) -> None:
        self._engine, self._results = engine, results
        self._lock = threading.RLock()
        self._inquiries: dict[tuple[str, int], _Inquiry] = {}
        self._looked_at: dict[tuple[str, int], tuple[float, frozenset[str]]] = {}
        self._inbox = Inbox(self._tick, TICK)

    # From any thread.

    def known(self, name: str, seed: int) -> Standing:
        """How things stand; nothing is begun for it.

        The runs of it that are there count as looked at, so they do not make room for others for a while (see ``in_use``).
        """
        experiment = EXPERIMENTS[name]
        recipes = experiment.recipes(seed)
        self._looked_at[name, seed] = time.monotonic(), frozenset(recipe.id for recipe in recipes.values())
        there = self._there(recipes)
        runs = {label: self._engine.store.public_id(run) for label, run in there.items()}
        figures = None
        if len(there) == len(recipes):
            figures = self._results.get(result_key(experiment, seed, there))
        return Standing(len(recipes), len(there), runs, figures)

    def follow(self, name: str, seed: int, who: str) -> Standing:
        """Ask for the figures of an experiment; returns at once how things stand. To be called again every second or so.

        A failure is told once to each who follows, and then forgotten: to follow again is to try again.
        """
        standing = self.known(name, seed)
        with self._lock:
            inquiry = self._inquiries.get((name, seed))
            if inquiry is not None and inquiry.problem:
                inquiry.followers.pop(who, None)
                if not inquiry.followers:
                    del self._inquiries[name, seed]
                return Standing(standing.total, standing.done, standing.runs, failed=True, message=inquiry.problem)
            if standing.figures is None:
                if inquiry is None:
                    inquiry = self._inquiries[name, seed] = _Inquiry(name, seed, EXPERIMENTS[name].recipes(seed))
                inquiry.followers[who] = time.monotonic()
        return standing

    def leave(self, name: str, seed: int, who: str) -> None:
        """Follow no more. What nobody follows is stopped."""
        with self._lock:
            inquiry = self._inquiries.get((name, seed))
            if inquiry is not None:
                inquiry.followers.pop(who, None)

    def in_use(self) -> set[str]:
        """Ids of the runs of experiments that a page showed of late."""
        now = time.monotonic()
        return {run_id for seen, run_ids in list(self._looked_at.values()) if now - seen < LOOKED_AT for run_id in run_ids}

    def close(self) -> None:
        """End the thread. The bench cannot be used again."""
        self._inbox.close()

    # In the thread of the inbox.

    def _tick(self) -> None:
        with self._lock:
            inquiries = list(self._inquiries.values())
        for inquiry in inquiries:
            if not self._followed(inquiry):
                self._drop(inquiry)
            elif not inquiry.problem:
                try:
                    self._advance(inquiry)
                except (EngineError, RecipeError, RecordingError, StoreError) as error:
                    self._fail(inquiry, str(error))
                except OSError as error:
                    self._fail(inquiry, f"What was found could not be kept: {refusal(error)}")

    def _followed(self, inquiry: _Inquiry) -> bool:
        now = time.monotonic()
        with self._lock:
            inquiry.followers = {who: seen for who, seen in inquiry.followers.items() if now - seen < PATIENCE}
            if not inquiry.followers and self._inquiries.get((inquiry.name, inquiry.seed)) is inquiry:
                del self._inquiries[inquiry.name, inquiry.seed]
            return bool(inquiry.followers)

    def _drop(self, inquiry: _Inquiry) -> None:
        """Stop what was started for it, unless somebody else's question needs it too, or it stands in somebody's list."""
        needed: set[str] = set()
        with self._lock:
            for other in self._inquiries.values():
                if other is not inquiry:
                    mine = inquiry.started & {recipe.id for recipe in other.recipes.values()}
                    other.started |= mine  # whoever leaves last stops them
                    needed |= mine
        for run_id in inquiry.started - needed - self._engine.store.shelves.all():
            if run_id in self._engine.active():
                self._engine.stop(run_id)
        if inquiry.future is not None:
            inquiry.future.release()

    def _fail(self, inquiry: _Inquiry, message: str) -> None:
        self._drop(inquiry)
        inquiry.problem = message

    def _advance(self, inquiry: _Inquiry) -> None:
        there = self._there(inquiry.recipes)
        missing = [recipe for label, recipe in inquiry.recipes.items() if label not in there]
        if missing:
            self._train(inquiry, missing)
        elif inquiry.future is None:
            self._measure(inquiry, there)
        elif inquiry.future.status != "pending":
            self._collect(inquiry, inquiry.future)

    def _train(self, inquiry: _Inquiry, missing: list[Recipe]) -> None:
        active = set(self._engine.active())
        room = IN_LINE
        for recipe in missing:
            if recipe.id in active or (recipe.id in inquiry.started and not self._ended_early(recipe)):
                room -= 1
            else:
                inquiry.started.discard(recipe.id)
        for recipe in [recipe for recipe in missing if recipe.id not in inquiry.started | active][: max(0, room)]:
            self._engine.start(recipe, owner=f"experiment {inquiry.name}, seed {inquiry.seed}")
            inquiry.started.add(recipe.id)

    def _ended_early(self, recipe: Recipe) -> bool:
        """Whether somebody stopped or deleted a run that was started: it must be begun again.

        Raises:
            EngineError: if it ended badly by itself.
        """
        status = status_of(self._engine.store.get(recipe.id))
        if status is None:
            return True
        if status.state in ("diverged", "failed"):
            raise EngineError(status.message or f"A run that this experiment needs ended early: {status.state}.")
        return status.state == "stopped"

    def _measure(self, inquiry: _Inquiry, there: dict[str, Recording]) -> None:
        experiment = EXPERIMENTS[inquiry.name]
        inquiry.key = result_key(experiment, inquiry.seed, there)
        if self._results.get(inquiry.key) is not None:
            self._forget(inquiry)
            return
        try:
            runs = {label: _packed(run, experiment.needs_frames) for label, run in there.items()}
        except RecordingError as error:
            raise EngineError("A run that this experiment needs was removed just now. Run the experiment again.") from error
        arguments = (inquiry.name, inquiry.seed, runs, str(data_folder()))
        inquiry.future = self._engine.compute(measure_runs, *arguments, key=f"measure-{uuid.uuid4().hex}")

    def _collect(self, inquiry: _Inquiry, future: "Future") -> None:
        if future.status == "error":
            error = future.exception()
            self._fail(inquiry, str(error) if isinstance(error, ValueError | NoData) else explain(error))
            return
        if future.status != "finished":  # its scheduler is gone; the engine says what to do once it finds out
            self._fail(inquiry, "The processes that measure have ended. Run the experiment again to start them anew.")
            return
        self._results.put(inquiry.key, future.result(timeout=10))
        self._forget(inquiry)

    def _forget(self, inquiry: _Inquiry) -> None:
        with self._lock:
            self._inquiries.pop((inquiry.name, inquiry.seed), None)

    def _there(self, recipes: dict[str, Recipe]) -> dict[str, Recording]:
        """Those of the runs that are finished, in the store or among the pretrained ones."""
        found = {label: self._finished(recipe) for label, recipe in recipes.items()}
        return {label: run for label, run in found.items() if run is not None}

    def _finished(self, recipe: Recipe) -> Recording | None:
        for public_id in (recipe.id, _ZOO_NAMES.get(recipe.id, "")):
            run = self._engine.store.get(public_id)
            try:
                if run is not None and run.status.state == "done" and run.has_model:
                    return run
            except RecordingError:
                continue
        return None


def _packed(run: Recording, frames: bool) -> Finished:
    kept = tuple(map(run.frame_bytes, range(run.frame_count))) if frames else ()
    return Finished(run.recipe.to_dict(), run.model_bytes(), kept, run.metrics)


_bench: Bench | None = None
_bench_lock = threading.Lock()


def get_bench() -> Bench:
    """The bench of this process, made when first asked for."""
    global _bench
    with _bench_lock:
        if _bench is None:
            _bench = Bench(get_engine(), Results(results_folder()))
        return _bench


def in_use() -> set[str]:
    """Ids of the runs of experiments that pages of this process showed of late."""
    return _bench.in_use() if _bench is not None else set()
