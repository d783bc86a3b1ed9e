"""Turns in line, and what people are told who wait."""

import dataclasses
import threading

import pytest
from standins import StandIn
from waiting import until

from jobs.engine import Engine, EngineError
from jobs.fairness import Turns
from jobs.pace import Pace, in_line
from jobs.settings import MAX_RUNS_EACH
from jobs.store import Store
from vae_core.recipes import VAE


def test_everybodys_first_comes_before_anybodys_second():
    turns = Turns()
    asked = [(turns.take(owner), order, owner) for order, owner in enumerate(["ann", "ann", "ann", "ben", "eve", "ben"])]
    assert [owner for _, _, owner in sorted(asked)] == ["ann", "ben", "eve", "ann", "ben", "ann"]


def test_who_was_served_before_waits_for_who_was_not():
    turns = Turns()
    first, second = turns.take("ann"), turns.take("ann")
    turns.served(first)
    assert first <= turns.take("ben") < second  # who comes later does not overtake, but does not stand behind a sweep either
    turns.served(second)
    assert turns.take("eve") == second


def test_a_turn_that_was_not_used_is_given_back():
    turns = Turns()
    asked = [turns.take("ann") for _ in range(3)]
    assert turns.give_back("ann", asked[0])
    assert turns.take("ann") == 2
    turns.served(5)
    assert turns.take("ann") == 5
    assert not turns.give_back("ann", asked[1])  # the last one was not counted from it
    assert turns.take("ann") == 6
    assert not turns.give_back("ben", 7)


def test_who_asks_while_another_is_served_keeps_the_turn():
    class Interrupted(dict):
        """Somebody asks in the midst of each reading."""

        def items(self):
            for item in super().items():
                asking.start()
                asking.join(0.1)  # or until it waits for the reader
                yield item

    turns = Turns()
    asking = threading.Thread(target=turns.take, args=("ben",))
    turns.served(turns.take("ann"))
    turns._next = Interrupted(turns._next)
    turns.served(0)
    asking.join()
    assert turns.take("ben") == 1


def test_the_wait_is_a_guess_from_the_last_runs():
    pace = Pace()
    assert in_line(0, 2, pace) == "Waiting: yours is next."
    for seconds in (10, 20, 300):
        pace.note(seconds)
    assert in_line(0, 2, pace) == "Waiting: yours is next, about 10 seconds."
    assert in_line(1, 1, pace) == "Waiting: 1 run before yours, about 40 seconds."
    assert in_line(29, 2, pace) == "Waiting: 29 runs before yours, about 5 minutes."


def test_one_students_sweep_does_not_block_another(tmp_path):
    cluster = StandIn()
    engine = Engine(Store(tmp_path, tmp_path / "none"), lambda: cluster)
    sweep = [engine.start(dataclasses.replace(VAE, seed=seed, lr=(1 + seed) / 1e3), "ann") for seed in range(5)]
    other = engine.start(dataclasses.replace(VAE, seed=100), "ben")
    until(lambda: cluster.given == [0])
    until(lambda: "next" in engine.store.get(other).status.message)
    engine.stop(sweep[0])
    until(lambda: cluster.given == [0, 100])
    until(lambda: "next" in engine.store.get(sweep[1]).status.message)
    engine.close()


def test_a_lessons_sweep_takes_one_turn(tmp_path):
    cluster = StandIn()
    engine = Engine(Store(tmp_path, tmp_path / "none"), lambda: cluster)
    trains = engine.start(VAE, "eve")
    until(lambda: cluster.given == [0])
    sweep = [engine.start(dataclasses.replace(VAE, seed=seed, beta=1.0 + seed), "lesson") for seed in range(10, 18)]
    apart = [engine.start(dataclasses.replace(VAE, seed=seed, lr=seed / 1e4), "ben") for seed in range(20, 23)]
    engine.stop(trains)
    until(lambda: "next" in engine.store.get(apart[0]).status.message)  # the sweep is served by now
    assert cluster.given == [0, *range(10, 18)]
    first = engine.start(dataclasses.replace(VAE, seed=30), "cloe")
    for run_id in sweep:
        engine.stop(run_id)
    until(lambda: cluster.given[9:] == [20])
    engine.stop(apart[0])
    until(lambda: len(cluster.given) == 11)
    assert cluster.given[10] == 30  # everybody's first comes before anybody's second
    assert first in engine.active()
    engine.close()


@pytest.mark.parametrize("leave", ["stop", "delete"])
def test_runs_that_leave_the_line_cost_no_turn(tmp_path, leave):
    cluster = StandIn()
    engine = Engine(Store(tmp_path, tmp_path / "none"), lambda: cluster)

    def start(owner, seed):
        return engine.start(dataclasses.replace(VAE, seed=seed, lr=seed / 1e4), owner)

    trains = engine.start(VAE, "eve")
    until(lambda: cluster.given == [0])
    runs = {seed: start("ann", seed) for seed in range(10, 16)}
    gone = [runs.pop(seed) for seed in range(10, 14)]
    for run_id in gone:
        getattr(engine, leave)(run_id)
    until(lambda: not set(gone) & set(engine.active()))
    runs |= {seed: start("ben", seed) for seed in range(20, 23)} | {30: start("ann", 30)}
    order = [14, 20, 15, 21, 22, 30]
    for place, seed in enumerate(order):
        engine.stop(trains)
        until(lambda place=place: len(cluster.given) > place + 1)
        assert cluster.given[1:] == order[: place + 1]
        trains = runs[seed]
    engine.close()


def test_a_run_in_line_that_another_process_deleted_holds_nobody_up(tmp_path):
    cluster = StandIn()
    engine = Engine(Store(tmp_path, tmp_path / "none"), lambda: cluster)
    trains = engine.start(VAE, "ann")
    until(lambda: cluster.given == [0])
    deleted, waits = (engine.start(dataclasses.replace(VAE, seed=seed, lr=seed / 1e3), f"student {seed}") for seed in (1, 2))
    until(lambda: "1 run before" in engine.store.get(waits).status.message)
    Store(tmp_path, tmp_path / "none").delete(deleted)
    cluster.slots = lambda: 2
    engine.start(dataclasses.replace(VAE, seed=3, lr=3e-3), "student 3")  # so that the engine looks for room
    until(lambda: deleted not in engine.active() and cluster.given[-1] == 2)
    assert {trains, waits} <= set(engine.active())
    assert not (tmp_path / deleted).exists()
    engine.close()


def test_far_back_in_line_a_place_is_told_less_often(tmp_path, monkeypatch):
    engine = Engine(Store(tmp_path, tmp_path / "none"), StandIn)
    runs = [engine.start(dataclasses.replace(VAE, seed=seed, lr=(1 + seed) / 1e3), f"student {seed}") for seed in range(24)]
    until(lambda: "22 runs before" in engine.store.get(runs[-1]).status.message)
    told, tell = [], engine._foreman._tell
    monkeypatch.setattr(engine._foreman, "_tell", lambda live, **fields: (told.append(live.id), tell(live, **fields)))
    for run_id in runs[1:7]:  # each that leaves the line moves all behind it
        engine.stop(run_id)
    until(lambda: "next" in engine.store.get(runs[7]).status.message)
    assert told.count(runs[-1]) <= 1
    until(lambda: "16 runs before" in engine.store.get(runs[-1]).status.message)
    engine.close()


def test_one_student_cannot_fill_the_line(tmp_path):
    engine = Engine(Store(tmp_path, tmp_path / "none"), StandIn)
    for seed in range(MAX_RUNS_EACH):
        engine.start(dataclasses.replace(VAE, seed=seed), "ann")
    with pytest.raises(EngineError, match="stop some"):
        engine.start(dataclasses.replace(VAE, seed=999), "ann")
    assert engine.start(VAE, "ann") == VAE.id  # it is there already
    assert engine.start(dataclasses.replace(VAE, seed=999), "ben")
    engine.close()
