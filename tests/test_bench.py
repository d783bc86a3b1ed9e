"""The bench: what it asks of the engine, what it keeps, and what it says when something goes wrong. No cluster here."""

import time

import pytest
from conftest import fabricate
from waiting import until

from jobs.bench import IN_LINE, Bench
from jobs.engine import EngineError
from jobs.results import Results, result_key
from jobs.store import Store
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Figures
from vae_core.recording import Recording, Status


class Answer:
    """A finished task."""

    def __init__(self, body=None, error=None, status=None):
        self._body, self._error = body, error
        self.status = status or ("error" if error else "finished")

    def result(self, timeout):
        return self._body

    def exception(self):
        return self._error

    def release(self):
        pass


class FakeEngine:
    """Puts runs in line; ``finish`` finishes them."""

    def __init__(self, store):
        self.store, self.line, self.stopped, self.measured, self.owners = store, [], [], 0, set()
        self.answer = Answer(Figures({"a": 1.0}).pack())

    def start(self, recipe, owner=""):
        self.owners.add(owner)
        fabricate(self.store.root / recipe.id, recipe, state="queued")
        self.store.alive.add(recipe.id)
        self.line.append(recipe.id)
        return recipe.id

    def active(self):
        return list(self.line)

    def stop(self, run_id):
        self.stopped.append(run_id)
        self.finish(run_id, "stopped", "You stopped this run.")

    def finish(self, run_id, state="done", message=""):
        recording = self.store.get(run_id)
        recording.write_bytes("model.safetensors", b"weights")
        recording.write_status(Status(state, message=message, created=1.0, updated=time.time()))
        self.line.remove(run_id)

    def compute(self, function, *args, key):
        self.measured += 1
        return self.answer


@pytest.fixture
def bench(tmp_path):
    engine = FakeEngine(Store(tmp_path / "runs", tmp_path / "pretrained"))
    bench = Bench(engine, Results(tmp_path / "runs" / ".results"))
    bench.engine = engine
    yield bench
    bench.close()


def train_all(bench, name, who="me"):
    """Finish runs as they come until the figures are there."""

    def step():
        for run_id in bench.engine.active():
            bench.engine.finish(run_id)
        return bench.follow(name, 0, who).figures

    until(step)
    return bench.known(name, 0)


def failure(bench, name):
    """Finish runs as they come until the experiment has failed; what is told then, once."""
    told = []

    def step():
        for run_id in bench.engine.active():
            bench.engine.finish(run_id)
        standing = bench.follow(name, 0, "me")
        told.append(standing.message)
        return standing.failed

    until(step)
    return told[-1]


def test_runs_are_asked_for_a_few_at_a_time_then_measured_once(bench):
    assert bench.follow("collapse", 0, "me").figures is None
    until(lambda: bench.engine.line)
    time.sleep(0.4)
    assert len(bench.engine.line) == IN_LINE
    standing = train_all(bench, "collapse")
    assert standing.figures.numbers == {"a": 1.0}
    assert standing.done == standing.total == len(standing.runs) == 14
    assert bench.engine.measured == 1


def test_figures_are_known_at_once_after_a_restart(bench, tmp_path):
    train_all(bench, "cloud")
    again = Bench(bench.engine, Results(tmp_path / "runs" / ".results"))
    assert again.known("cloud", 0).figures.numbers == {"a": 1.0}
    again.close()


def test_a_run_that_comes_out_differently_is_measured_anew(bench):
    runs = train_all(bench, "cloud").runs
    bench.engine.store.get(runs["ae"]).write_bytes("model.safetensors", b"other weights")
    assert bench.known("cloud", 0).figures is None
    bench.engine.answer = Answer(Figures({"a": 2.0}).pack())
    until(lambda: bench.follow("cloud", 0, "me").figures)
    assert bench.known("cloud", 0).figures.numbers == {"a": 2.0}


def test_the_result_has_another_name_for_another_seed_and_other_code(bench, monkeypatch):
    train_all(bench, "cloud")
    experiment = EXPERIMENTS["cloud"]
    runs = {label: bench.engine.store.get(recipe.id) for label, recipe in experiment.recipes(0).items()}
    names = {result_key(experiment, 0, runs), result_key(experiment, 1, runs)}
    monkeypatch.setattr(type(experiment), "version", "other")
    assert len(names | {result_key(experiment, 0, runs)}) == 3


def test_a_damaged_result_is_made_again(bench, tmp_path):
    train_all(bench, "cloud")
    (kept,) = (tmp_path / "runs" / ".results").glob("*.bin")
    kept.write_bytes(b"\x08\0\0\0broken!!")
    assert bench.known("cloud", 0).figures is None
    until(lambda: bench.follow("cloud", 0, "me").figures)


def test_results_do_not_stand_in_the_store_s_way(bench):
    train_all(bench, "cloud")
    assert len(bench.engine.store.look()[0]) == 2
    assert bench.engine.store.look()[1] == []


def test_two_students_share_one_answer_and_one_who_leaves_stops_nothing(bench):
    bench.follow("cloud", 0, "me")
    bench.follow("cloud", 0, "you")
    until(lambda: len(bench.engine.line) == 2)
    bench.leave("cloud", 0, "me")
    time.sleep(0.3)
    assert not bench.engine.stopped
    bench.leave("cloud", 0, "you")
    until(lambda: len(bench.engine.stopped) == 2)


def test_each_question_stands_in_line_for_itself(bench):
    for name, seed in (("cloud", 0), ("cloud", 1), ("few", 0)):
        bench.follow(name, seed, "me")
    until(lambda: len(bench.engine.owners) == 3)
    assert "" not in bench.engine.owners


def test_a_run_that_another_question_needs_or_somebody_keeps_goes_on(bench):
    crowd, anatomy = ({recipe.id for recipe in EXPERIMENTS[name].recipes(0).values()} for name in ("crowd", "anatomy"))
    assert crowd & anatomy
    kept, *others = crowd - anatomy
    bench.follow("crowd", 0, "me")
    until(lambda: set(bench.engine.line) == crowd)
    bench.follow("anatomy", 0, "you")
    bench.engine.store.shelves.put("ann", kept)
    bench.leave("crowd", 0, "me")
    until(lambda: ("crowd", 0) not in bench._inquiries)
    time.sleep(0.3)
    assert set(bench.engine.stopped) == set(others)
    bench.leave("anatomy", 0, "you")
    until(lambda: crowd & anatomy <= set(bench.engine.stopped))


def test_a_run_that_somebody_stopped_or_deleted_is_begun_again(bench):
    bench.follow("cloud", 0, "me")
    until(lambda: len(bench.engine.line) == 2)
    stopped, deleted = bench.engine.line
    bench.engine.finish(stopped, "stopped", "You stopped this run.")
    bench.engine.store.alive.discard(deleted)
    bench.engine.store.delete(deleted)
    bench.engine.line.remove(deleted)
    until(lambda: bench.follow("cloud", 0, "me").failed or set(bench.engine.line) == {stopped, deleted})
    train_all(bench, "cloud")


def test_what_nobody_waits_for_is_given_up(bench, monkeypatch):
    monkeypatch.setattr("jobs.bench.PATIENCE", 0.3)
    bench.follow("squeeze", 0, "me")
    until(lambda: bench.engine.line)
    until(lambda: not bench.engine.line)
    assert set(bench.engine.stopped) <= {recipe.id for recipe in EXPERIMENTS["squeeze"].recipes(0).values()}


def test_a_run_that_fails_is_told_and_can_be_tried_again(bench):
    bench.follow("cloud", 0, "me")
    until(lambda: len(bench.engine.line) == 2)
    bench.engine.finish(bench.engine.line[0], "diverged", "The loss stopped being a number.")
    until(lambda: bench.follow("cloud", 0, "me").failed)
    until(lambda: not bench.engine.line)
    train_all(bench, "cloud")


def test_a_run_that_is_removed_while_it_is_read_is_told_in_words(bench, monkeypatch):
    def gone(run):
        (run.path / "model.safetensors").unlink()
        return read(run)

    read = Recording.model_bytes
    monkeypatch.setattr(Recording, "model_bytes", gone)
    assert failure(bench, "cloud") == "A run that this experiment needs was removed just now. Run the experiment again."


@pytest.mark.parametrize(
    "answer, words",
    [
        (Answer(error=ValueError("The figure 'a' came out as nan")), "came out as nan"),
        (Answer(error=RuntimeError("boom")), "error of the lab itself"),
        (Answer(status="lost"), "Run the experiment again"),
    ],
)
def test_a_measurement_that_fails_is_told_and_nothing_is_kept(bench, tmp_path, answer, words):
    bench.engine.answer = answer
    assert words in failure(bench, "cloud")
    assert not (tmp_path / "runs" / ".results").exists()


def test_no_cluster_is_said_plainly(bench, monkeypatch):
    def refuse(*args, key):
        raise EngineError("There is no Dask scheduler.")

    monkeypatch.setattr(bench.engine, "compute", refuse)

    def step():
        for run_id in bench.engine.active():
            bench.engine.finish(run_id)
        return bench.follow("cloud", 0, "me").message == "There is no Dask scheduler."

    until(step)


def test_a_pretrained_run_of_the_same_recipe_is_used(bench, tmp_path, monkeypatch):
    recipe = EXPERIMENTS["cloud"].recipes(0)["ae"]
    fabricate(tmp_path / "pretrained" / "digits-point", recipe).write_bytes("model.safetensors", b"weights")
    monkeypatch.setattr("jobs.bench._ZOO_NAMES", {recipe.id: "p-digits-point"})
    assert bench.known("cloud", 0).runs == {"ae": "p-digits-point"}
