"""Faults of the machinery, injected: nothing that is finished is lost, and a run that was hit completes or says why not.

``docs/faults.md`` lists them, with what people see.
"""

import asyncio
import dataclasses
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import test_engine
from clusters import DaskProcesses, kill
from disks import disk  # noqa: F401
from reading import frames_of
from waiting import until

from jobs import pulses
from jobs.clock import Clock
from jobs.engine import Engine, EngineError
from jobs.pulses import LONG_AGO, SILENCE, Pulses
from jobs.store import SERVER_RESTARTED, Store
from vae_core import own_data
from vae_core.own_data import Pictures
from vae_core.recipes import Recipe
from vae_core.recording import Status

ROOT = Path(__file__).parent.parent
QUICK = Recipe(train_size=200, epochs=2, hidden=(8,))
SLOW = Recipe(epochs=2000, batch_size=16)
MIDDLING = Recipe(epochs=60)


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler with two workers that several apps share."""
    with DaskProcesses(tmp_path_factory.mktemp("dask")) as processes:
        processes.scheduler()
        for _ in range(2):
            processes.worker("--preload", "jobs.preload")
        yield processes


@pytest.fixture
def replica(dask, monkeypatch):
    """Makes engines on the shared scheduler, as each replica of the app has one."""
    monkeypatch.setenv("LATENT_LAB_SCHEDULER", dask.address)
    engines = []

    def make(root):
        engines.append(Engine(Store(root, root / "none")))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def ended(engine, run_id, seconds=120):
    """The run, once it is over; a busy machine may take its time."""
    return test_engine.ended(engine, run_id, seconds)


def content(run):
    """Every file of a run, byte for byte, except for what is being written."""
    return {path.relative_to(run.path): path.read_bytes() for path in run.path.rglob("*") if path.is_file() and path.name[0] != "."}


def training(engine, run_id, frames=3):
    """The run, once it has some frames."""
    until(lambda: engine.store.get(run_id).frame_count >= frames or not engine.store.get(run_id).status.active, 120)
    run = engine.store.get(run_id)
    assert run.status.active, run.status.message
    return run


# The scheduler.


def test_no_scheduler_at_the_start_then_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 0.3)
    with DaskProcesses(tmp_path) as processes:
        monkeypatch.setenv("LATENT_LAB_SCHEDULER", processes.address)
        engine = Engine(Store(tmp_path / "runs", tmp_path))
        threads = threading.active_count()
        for _ in range(3):
            status = ended(engine, engine.start(QUICK)).status
            assert status.state == "failed"
            assert "There is no Dask scheduler" in status.message
            assert "Start it, then train again." in status.message
        assert threading.active_count() <= threads + 1  # a failed attempt leaves nothing behind
        monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 30)
        processes.scheduler()
        processes.worker()
        status = ended(engine, engine.start(QUICK)).status
        assert (status.state, status.message) == ("done", "")
        engine.close()


@contextmanager
def started(folder, monkeypatch):
    """A scheduler and a worker of our own making, and an engine that uses them."""
    with DaskProcesses(folder) as processes:
        monkeypatch.setenv("LATENT_LAB_SCHEDULER", processes.address)
        monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 30)
        scheduler, _ = processes.scheduler(), processes.worker()
        yield processes, scheduler, Engine(Store(folder / "runs", folder))


def test_a_killed_scheduler_that_comes_back_costs_nothing(tmp_path, monkeypatch):
    with started(tmp_path, monkeypatch) as (processes, scheduler, engine):
        finished = ended(engine, engine.start(QUICK))
        before = content(finished)
        run = training(engine, engine.start(MIDDLING))
        kill(scheduler)
        until(lambda: run.status.state == "queued")
        assert run.frame_count >= 3
        processes.scheduler()
        processes.worker()
        assert ended(engine, run.id).status.state == "done"
        assert [frame.index for frame in frames_of(run)] == list(range(run.frame_count))
        assert run.status.step == run.status.total_steps
        assert content(finished) == before
        engine.close()


def test_a_killed_scheduler_that_stays_away_is_told(tmp_path, monkeypatch):
    with started(tmp_path, monkeypatch) as (_, scheduler, engine):
        run = training(engine, engine.start(SLOW))
        monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 0.5)
        kill(scheduler)
        status = ended(engine, run.id).status
        assert status.state == "failed"
        assert "There is no Dask scheduler" in status.message
        assert f"Its {run.frame_count} frames are kept." in status.message
        assert run.frame_count >= 3
        engine.close()


def test_a_scheduler_that_hangs_holds_up_nothing_but_its_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.foreman.HEARTBEAT", 0.3)
    monkeypatch.setattr("jobs.cluster.ANSWER_TIMEOUT", 0.3)
    monkeypatch.setattr("jobs.cluster.UNANSWERED", 0.5)
    with started(tmp_path, monkeypatch) as (_, scheduler, engine):
        both = [engine.start(dataclasses.replace(SLOW, seed=seed)) for seed in (1, 2)]  # in step, for they wait for the cluster together
        goes, stays = (training(engine, run_id) for run_id in both)
        scheduler.send_signal(signal.SIGSTOP)
        until(lambda: "No process that trains is left" in stays.status.message)
        waits = engine.start(QUICK)
        engine.stop(goes.id)
        assert ended(engine, goes.id).status.message == "You stopped this run."
        assert goes.frame_count >= 3
        assert engine.store.get(waits).status.active
        scheduler.send_signal(signal.SIGCONT)
        frames = stays.frame_count
        until(lambda: stays.frame_count > frames)
        engine.stop(stays.id)
        assert ended(engine, waits).status.state == "done"
        engine.close()


def test_the_scheduler_of_our_own_is_replaced_and_the_run_completes(tmp_path):
    engine = Engine(Store(tmp_path, tmp_path / "none"))
    run = training(engine, engine.start(MIDDLING))
    first = engine._connection.cluster
    os.kill(first._own.scheduler.process.pid, signal.SIGKILL)
    assert ended(engine, run.id).status.state == "done"
    assert engine._connection.cluster is not first
    engine.close()


# The workers.


def test_a_cluster_of_our_own_whose_workers_are_gone_for_good_is_replaced(tmp_path, monkeypatch):
    """A nanny that is killed begins no worker again, and nobody begins a nanny again."""
    engine = Engine(Store(tmp_path, tmp_path / "none"))
    run = training(engine, engine.start(MIDDLING))
    first = engine._connection.cluster
    monkeypatch.setattr("jobs.connection.DESERTED", 2.0)
    for nanny in first._own.workers.values():
        for process in (*psutil.Process(nanny.process.pid).children(recursive=True), psutil.Process(nanny.process.pid)):
            process.kill()
    assert ended(engine, run.id).status.state == "done"
    assert engine._connection.cluster is not first
    engine.close()


def test_a_run_waits_for_a_worker_when_none_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.foreman.HEARTBEAT", 0.3)
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 30)
    with DaskProcesses(tmp_path) as processes:
        monkeypatch.setenv("LATENT_LAB_SCHEDULER", processes.address)
        _, worker = processes.scheduler(), processes.worker()
        engine = Engine(Store(tmp_path / "runs", tmp_path))
        run = training(engine, engine.start(MIDDLING))
        kill(worker)
        until(lambda: "No process that trains is left" in run.status.message)
        assert run.status.state == "queued"
        processes.worker()
        assert ended(engine, run.id).status.state == "done"
        engine.close()


def test_a_run_that_ends_its_worker_each_time_is_given_up_in_words(tmp_path, monkeypatch):
    """As the kernel does it when memory runs out; here at the first time, not the fourth."""
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 30)
    with DaskProcesses(tmp_path) as processes:
        monkeypatch.setenv("LATENT_LAB_SCHEDULER", processes.address)
        processes.scheduler(SCHEDULER__ALLOWED_FAILURES="0")
        nanny = processes.worker()
        engine = Engine(Store(tmp_path / "runs", tmp_path))
        run = training(engine, engine.start(SLOW))
        (worker,) = [one for one in psutil.Process(nanny.pid).children() if "spawn_main" in " ".join(one.cmdline())]
        worker.send_signal(signal.SIGKILL)
        status = ended(engine, run.id).status
        assert status.state == "failed"
        assert "for want of memory" in status.message
        assert run.frame_count >= 3
        engine.close()


def test_a_run_too_large_for_the_memory_says_so(tmp_path):
    """A real shortage: torch is refused what it asks for."""
    code = """
import json, resource, sys
from pathlib import Path
from jobs.preload import warm_up
from jobs.task import carry_out, course
from vae_core.recipes import Recipe
warm_up()
in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 10_000_000,) * 2)
told = []
recipe = Recipe(hidden=(1024, 1024, 1024, 1024), epochs=1)
carry_out([course(recipe, Path(sys.argv[1]), None, lambda kind, **fields: told.append(fields), lambda: False)])
print(json.dumps([told[-1]["state"], told[-1]["message"]]))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    state, message = json.loads(done.stdout)
    assert state == "failed"
    assert "not enough memory" in message
    assert "smaller network" in message


def test_a_worker_short_of_memory_trains_all_the_same(tmp_path, monkeypatch):
    """Dask's default is to let tasks wait for memory that torch itself holds, for ever."""
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 30)
    with DaskProcesses(tmp_path) as processes:
        monkeypatch.setenv("LATENT_LAB_SCHEDULER", processes.address)
        processes.scheduler()
        processes.worker("--memory-limit", "60MB", "--preload", "jobs.preload", WORKER__MEMORY__TERMINATE="false")
        engine = Engine(Store(tmp_path / "runs", tmp_path))
        assert ended(engine, engine.start(QUICK)).status.state == "done"
        engine.close()


# The disk.


@pytest.mark.parametrize("fault, told", [("fill", "the disk is full"), ("lock", "may not write there")])
def test_a_disk_that_takes_no_more_ends_a_run_in_words(disk, replica, fault, told, caplog):  # noqa: F811
    root = disk.root / "runs"
    engine, other = replica(root), Store(root, root / "none")
    finished = ended(engine, engine.start(QUICK))
    before = content(finished)
    run = training(engine, engine.start(SLOW))
    getattr(disk, fault)()
    status = ended(engine, run.id).status
    assert status.state == "failed"
    assert told in status.message
    assert f"Its {run.frame_count} frames are kept." in status.message
    frames = run.frame_count
    assert frames >= 3
    assert engine.active() == []

    # Whoever reads the store meets no error; the failed run is not served as active, and is still there after a new start is refused.
    assert {one.id for one in other.look()[0]} == {finished.id, run.id}
    with pytest.raises(EngineError, match=told):
        engine.start(SLOW)
    with pytest.raises(EngineError, match=told):
        engine.start(dataclasses.replace(QUICK, seed=1))
    assert engine.store.get(run.id).frame_count == frames
    assert content(finished) == before

    disk.mend()
    assert engine.store.get(run.id).status.state == "failed"
    assert Store(root, root).get(run.id).status.state == "failed"  # the disk knows it too by now
    engine.start(SLOW)
    training(engine, run.id)
    engine.delete(run.id)
    assert content(finished) == before
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.ERROR]


def test_an_abandoned_run_on_a_full_disk_is_shown_as_stopped(disk):  # noqa: F811
    store = Store(disk.root / "runs", disk.root / "none")
    run = store.create(QUICK)
    run.write_status(Status("running", step=5, created=1.0, updated=time.time() - LONG_AGO - 1))
    disk.fill()
    assert store.get(run.id).status.state == "stopped"
    assert [one.status.state for one in store.look()[0]] == ["stopped"]
    disk.mend()
    assert store.get(run.id).status.state == "stopped"
    assert run.status.message.startswith(SERVER_RESTARTED)


# Several replicas.


def test_replicas_that_start_one_recipe_at_once_make_one_run(replica, tmp_path):
    engines = [replica(tmp_path) for _ in range(3)]
    recipes = [dataclasses.replace(QUICK, seed=seed) for seed in range(6)]
    together = threading.Barrier(len(engines))

    def ask(engine):
        for recipe in recipes:
            together.wait()
            assert engine.start(recipe) == recipe.id

    threads = [threading.Thread(target=ask, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    active = [run_id for engine in engines for run_id in engine.active()]
    assert len(active) == len(set(active))
    for recipe in recipes:
        run = ended(engines[0], recipe.id)
        assert (run.status.state, run.status.step) == ("done", run.status.total_steps)
        assert [frame.index for frame in frames_of(run)] == list(range(run.frame_count))
        assert run.recipe == recipe
    assert engines[1].store.look()[1] == []
    assert len(engines[1].store.look()[0]) == len(recipes)


def test_a_replica_follows_stops_and_deletes_what_another_one_trains(replica, tmp_path):
    here, there = replica(tmp_path), replica(tmp_path)
    run = training(here, here.start(SLOW))
    assert there.start(SLOW) == run.id
    assert there.active() == []

    async def next_frame(after):
        while not await there.wait_newer(run.id, after, 10):
            pass
        return there.store.get(run.id).frame_count

    count = run.frame_count
    assert asyncio.run(next_frame(count - 1)) > count
    there.stop(run.id)
    stopped = ended(there, run.id, 5)
    assert stopped.status.message == "You stopped this run."
    assert stopped.key_frames[-1] == stopped.frame_count - 1
    assert here.active() == []
    assert here.store.stops.asked() == set()

    # A new one, by the other replica; its stop request of before does not hit it.
    assert there.start(SLOW) == run.id
    training(here, run.id)
    assert there.active() == [run.id]
    here.delete(run.id)
    until(lambda: there.active() == [])
    assert there.store.get(run.id) is None
    until(lambda: not (tmp_path / run.id).exists())  # no remains of late writing
    there.store.look()[0]
    assert there.store.look()[1] == []


def test_a_replica_that_slept_leaves_the_run_to_the_one_that_took_it_over(replica, tmp_path, monkeypatch):
    """Its silence made another one take its run for abandoned, and begin it anew."""
    sleeper, other = replica(tmp_path), replica(tmp_path)
    run = training(sleeper, sleeper.start(SLOW))
    other.store.conclude(run, "stopped", SERVER_RESTARTED)
    until(lambda: run.status.state == "running")  # merely marked: the trainer's next word revives it
    monkeypatch.setattr(sleeper._foreman._inbox, "_tick", lambda: None)
    other.store.create(SLOW)
    other.store.conclude(run, "stopped", SERVER_RESTARTED)
    assert other.start(SLOW) == run.id
    assert other.active() == [run.id]
    until(lambda: sleeper.active() == [])
    training(other, run.id)
    assert other.active() == [run.id]
    other.stop(run.id)
    assert ended(other, run.id).status.state == "stopped"


# The clock.


@pytest.mark.parametrize("jump", [3600, -3600, 40 * 365 * 86400], ids=["forwards", "backwards", "from 1986"])
def test_a_run_does_not_mind_a_clock_that_is_set(replica, tmp_path, monkeypatch, jump):
    engine, other = replica(tmp_path), replica(tmp_path)
    run = training(engine, engine.start(MIDDLING))
    waiting = [engine.start(dataclasses.replace(SLOW, seed=seed, lr=seed / 1e3)) for seed in (1, 2, 3)]
    assert other.store.get(run.id).status.active
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() + jump)
    assert other.store.get(run.id).status.active
    assert ended(engine, run.id).status.state == "done"
    told = engine.store.get(waiting[-1])
    until(lambda: "about" in told.status.message)
    (count, unit) = re.search(r"about (\d+) (second|minute)", told.status.message).groups()
    assert unit == "second" or int(count) < 20
    training(engine, waiting[0])
    engine.stop(waiting[0])
    assert ended(engine, waiting[0]).status.state == "stopped"
    for run_id in waiting[1:]:
        engine.delete(run_id)


def test_silence_is_measured_by_the_clock_that_cannot_be_set(monkeypatch):
    wall, steady = [1000.0], [50.0]
    monkeypatch.setattr(time, "time", lambda: wall[0])
    monkeypatch.setattr(time, "monotonic", lambda: steady[0])
    seen = Pulses()
    assert seen.silent("left long ago", 1000.0 - LONG_AGO - 1)
    assert not seen.silent("left of late", 1000.0 - SILENCE - 1)  # or its machine has another time
    assert not seen.silent("alive", 999.0)
    steady[0] += 3
    assert not seen.silent("alive", 1002.0)
    wall[0] += 3600  # set forwards: who was seen to change is judged by what we see
    assert not seen.silent("alive", 1002.0)
    wall[0] -= 7200  # and backwards: a stamp of the future keeps nobody alive
    assert not seen.silent("dead", 4000.0)
    steady[0] += SILENCE + 1
    assert seen.silent("dead", 4000.0)
    assert seen.silent("left of late", 1000.0 - SILENCE - 1)
    assert seen.silent("alive", 1002.0)
    seen.forget("alive")
    assert not seen.silent("alive", wall[0])


@pytest.mark.parametrize("behind", [SILENCE + 5, 3600.0], ids=["seconds", "an hour"])
def test_a_replica_whose_clock_is_behind_keeps_its_runs(tmp_path, monkeypatch, behind):
    steady = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: steady[0])
    here, there = (Store(tmp_path, tmp_path / "none") for _ in range(2))
    run = there.create(SLOW)

    def word():
        run.write_status(Status("running", created=1.0, updated=time.time() - behind))

    word()
    assert here.get(run.id).status.active or behind > LONG_AGO  # so long ago that nobody can know; its next word tells
    for _ in range(10):
        steady[0] += 3
        word()
        assert [here.get(run.id).status.state for _ in range(2)] == ["running", "running"]
    steady[0] += SILENCE + 1
    assert here.get(run.id).status.state == "stopped"
    word()
    assert here.get(run.id).status.active


def test_pictures_in_use_outlive_a_clock_that_is_set(tmp_path, monkeypatch):
    pixels = np.zeros((20, 64), np.uint8)
    name = own_data.store(Pictures(pixels, np.arange(20, dtype=np.uint8) % 2, ("a", "b"), 8), tmp_path)
    clock, true = Clock(), time.time
    assert clock.jumped() == 0
    monkeypatch.setattr(time, "time", lambda: true() + 40 * 365 * 86400)
    jump = clock.jumped()
    assert jump == pytest.approx(40 * 365 * 86400, abs=60)
    own_data.spare(tmp_path, jump)
    assert own_data.sweep(tmp_path) == []
    assert clock.jumped() == 0
    monkeypatch.setattr(time, "time", true)
    assert clock.jumped() == 0  # backwards: everything is young
    assert own_data.sweep(tmp_path) == []
    os.utime(tmp_path / name / own_data.FILE, (1, 1))
    assert own_data.sweep(tmp_path) == [name]


# The app's process.

TRAINER = """
import sys, time
from pathlib import Path
from jobs.engine import Engine
from jobs.store import Store
from vae_core.recipes import Recipe
engine = Engine(Store(Path(sys.argv[1]), Path(sys.argv[1]) / "none"))
print(engine.start(Recipe(train_size=200, epochs=2, hidden=(8,))), flush=True)
print(engine.start(Recipe(epochs=2000, batch_size=16)), flush=True)
time.sleep(600)
"""


def trainer(root, **environment):
    """A process that trains one quick and one slow run."""
    return subprocess.Popen(
        [sys.executable, "-c", TRAINER, str(root)], cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )


def test_a_server_killed_in_the_midst_of_writing_leaves_whole_runs(tmp_path, dask, replica, monkeypatch):
    process = trainer(tmp_path, LATENT_LAB_SCHEDULER=dask.address)
    quick, slow = (process.stdout.readline().strip() for _ in range(2))
    store = Store(tmp_path, tmp_path / "none")
    until(lambda: store.get(quick) and store.get(quick).status.state == "done" and store.get(slow).frame_count > 5, 120)
    before = content(store.get(quick))
    process.kill()
    process.wait()
    run = store.get(slow)
    assert run.status.active  # for all that anybody can know yet
    frames = frames_of(run)
    assert [frame.index for frame in frames] == list(range(len(frames)))

    monkeypatch.setattr(pulses, "SILENCE", 0.5)
    engine = replica(tmp_path)
    until(lambda: not engine.store.get(slow).status.active)
    assert run.status.state == "stopped"
    assert run.status.message.startswith(SERVER_RESTARTED)
    assert f"{len(frames)} frames are kept" in run.status.message
    assert content(store.get(quick)) == before
    assert engine.store.look()[1] == []

    # The cluster that outlived the app is free again: nobody waits for what it trained.
    until(lambda: engine.state == "ready" or engine.warm())
    until(lambda: not any(engine._connection.cluster._client.processing().values()), 10)  # long before it would end by itself
    assert engine.start(SLOW) == slow
    training(engine, slow)
    engine.delete(slow)


def test_the_processes_of_a_killed_server_end_too(tmp_path):
    process = trainer(tmp_path)
    store = Store(tmp_path, tmp_path / "none")
    for _ in range(2):
        process.stdout.readline()
    until(lambda: any(run.frame_count > 0 for run in store.look()[0]), 120)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 3
    process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(family, 10)
    assert not alive


def test_what_killed_processes_left_half_way_is_swept(tmp_path):
    store = Store(tmp_path, tmp_path / "none")
    store.create(QUICK)
    for name in (".new-1", ".deleted-1", ".uploading-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.json").write_text("{")
    store.sweep()
    assert len(list(tmp_path.iterdir())) == 4  # somebody may be at it
    for path in tmp_path.glob(".*-1"):
        os.utime(path, (1, 1))
    store.sweep()
    assert [path.name for path in tmp_path.iterdir()] == [QUICK.id]
    assert store.look()[1] == []
