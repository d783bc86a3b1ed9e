"""The job engine on a real cluster: runs end, stop, survive the death of a worker, and come to the same numbers."""

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest
from distributed import Security
from distributed.comm import connect
from reading import frames_of
from standins import StandIn
from waiting import until

from jobs import credentials
from jobs.bench import Bench
from jobs.cluster import SELDOM, ClusterError, open_cluster
from jobs.engine import Engine, EngineError
from jobs.foreman import BUSY
from jobs.results import Results
from jobs.settings import pretrained_folder
from jobs.store import Store, StoreError
from jobs.task import carry_out, course
from vae_core.data import NoData
from vae_core.recipes import VAE, Recipe, RecipeError
from vae_core.training import train
from vae_core.wire import unpack

ROOT = Path(__file__).parent.parent
SHORT = Recipe(train_size=300, epochs=3, hidden=(16,))
LONG = Recipe(epochs=2000)


def dask_processes():
    return {child.pid for child in psutil.Process().children(recursive=True) if "dask" in " ".join(child.cmdline())}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    others = dask_processes()  # of the cluster that browser tests share
    engine = Engine(Store(tmp_path_factory.mktemp("runs"), pretrained_folder()))
    engine.warm()
    until(lambda: engine.state == "ready")
    until(lambda: engine._connection.cluster is not None and sum(engine._connection.cluster._client.nthreads().values()) == 2)
    yield engine
    children = dask_processes() - others
    assert children
    engine.close()
    assert not [pid for pid in children if psutil.pid_exists(pid)]


def ended(engine, run_id, seconds=60.0):
    until(lambda: not engine.store.get(run_id).status.active, seconds)
    return engine.store.get(run_id)


def worker_of(engine, run_id):
    """The process id of the worker that trains a run."""
    key = engine._foreman._live[run_id].key
    addresses = engine._connection.cluster._client.processing()
    (address,) = [address for address, keys in addresses.items() if key in keys]
    return engine._connection.cluster._client.run(os.getpid, workers=[address])[address]


def test_a_run_is_recorded_whole_and_then_served_from_the_store(engine):
    run = ended(engine, engine.start(SHORT))
    assert (run.status.state, run.status.message) == ("done", "")
    assert run.status.step == run.status.total_steps == 3 * 5
    assert [frame.index for frame in frames_of(run)] == list(range(run.frame_count))
    assert run.key_frames[0] == 0
    assert run.key_frames[-1] == run.frame_count - 1
    assert unpack(run.weights_bytes(0))[0]["latent_dim"] == 2
    assert run.probe.shape == (8, 8)
    assert run.metrics["elbo"] < 0
    assert (run.path / "model.safetensors").stat().st_size > 1000
    made = run.path.stat().st_ctime_ns
    assert engine.start(SHORT) == run.id
    assert engine.active() == []
    assert run.path.stat().st_ctime_ns == made


def test_the_first_frame_comes_before_any_update(engine):
    run_id = engine.start(dataclasses.replace(LONG, seed=1))
    until(lambda: engine.store.get(run_id).frame_count > 0)
    assert engine.store.get(run_id).frame(0).step == 0
    engine.delete(run_id)
    assert engine.store.get(run_id) is None


def test_strangers_on_this_machine_do_not_get_in(engine):
    address = engine._connection.cluster._client.scheduler.address
    assert address.startswith("tls://127.0.0.1:")

    def knock(address, security):  # a Client that fails would leave a thread behind (see jobs.cluster)
        asyncio.run(connect(address, timeout=2, **security.get_connection_args("client")))

    for stranger in (Security(), Security.temporary()):
        with pytest.raises((OSError, TypeError)):
            knock(address, stranger)
    with pytest.raises(OSError):
        knock(address.replace("tls", "tcp"), Security(require_encryption=False))


def test_stop_keeps_what_there_is(engine):
    run_id = engine.start(dataclasses.replace(LONG, seed=2, batch_size=16))  # its frames are seconds apart, but for the first ones
    run = engine.store.get(run_id)
    until(lambda: run.frame_count > 13)
    time.sleep(0.3)
    count = run.frame_count
    engine.stop(run_id)
    run = ended(engine, run_id)
    assert run.status.state == "stopped"
    assert run.frame_count == count
    assert run.key_frames[-1] == run.frame_count - 1
    assert engine.start(run.recipe) == run_id  # afresh
    assert run.frame_count < count
    engine.delete(run_id)


def test_a_run_in_line_says_so_and_can_be_stopped(engine):
    runs = [engine.start(dataclasses.replace(LONG, seed=seed, lr=seed / 1e4)) for seed in range(10, 14)]
    until(lambda: engine.store.get(runs[3]).status.message.startswith("Waiting: 1 run before yours"))
    assert "next" in engine.store.get(runs[2]).status.message
    assert engine.active() == runs
    engine.stop(runs[3])
    assert ended(engine, runs[3]).status.state == "stopped"
    engine.stop(runs[0])
    until(lambda: engine.store.get(runs[2]).status.state == "running")
    for run_id in runs:
        engine.delete(run_id)


def test_workers_read_the_data_of_a_run_that_may_come(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))  # where there is no MNIST

    def read():
        from vae_core.data import _in_memory

        return ("shapes", tmp_path) in _in_memory

    assert not any(engine._connection.cluster._client.run(read).values())
    for name in ("shapes", "mnist"):
        engine.expect(name)
    until(lambda: all(engine._connection.cluster._client.run(read).values()))
    assert "mnist" not in engine._connection._expected


def test_workers_of_our_own_seldom_look_at_themselves(engine):
    client = engine._connection.cluster._client
    for name, value in SELDOM.items():
        assert str(dask.config.get(name)) != value  # Dask knows such a setting, and would look more often
        assert {str(told) for told in client.run(dask.config.get, name).values()} == {value}


def test_a_killed_worker_loses_nothing(engine):
    recipe = Recipe(seed=5, epochs=60)
    plain = ended(engine, engine.start(recipe))
    expected = [(frame.step, frame.train, frame.test, frame.mu.copy()) for frame in frames_of(plain)]
    engine.delete(plain.id)
    run_id = engine.start(recipe)
    run = engine.store.get(run_id)
    until(lambda: run.frame_count > 15)
    os.kill(worker_of(engine, run_id), signal.SIGKILL)
    until(lambda: "started again" in run.status.message)
    assert ended(engine, run_id).status.state == "done"
    assert run.frame_count == len(expected)
    for frame, (step, on_train, on_test, mu) in zip(frames_of(run), expected, strict=True):
        assert (frame.step, frame.train, frame.test) == (step, on_train, on_test)
        np.testing.assert_array_equal(frame.mu, mu)


def test_a_fork_begins_where_its_parent_was(engine):
    parent = engine.store.get(engine.start(SHORT))
    assert not parent.status.active
    fork = ended(engine, engine.fork(parent.id, parent.frame_count - 1, beta=4.0))
    assert fork.status.state == "done"
    assert (fork.recipe.parent, fork.recipe.parent_frame, fork.recipe.beta) == (parent.id, parent.key_frames[-1], 4.0)
    assert fork.frame(0).test["distortion"] == pytest.approx(parent.frame(-1).test["distortion"], rel=0.01)
    with pytest.raises(RecipeError, match="keeps the network"):
        engine.fork(parent.id, 0, latent_dim=3)
    with pytest.raises(RecipeError):
        engine.fork(parent.id, 0, colour="red")
    with pytest.raises(EngineError, match="no longer there"):
        engine.fork("0" * 16, 0)
    with pytest.raises(EngineError):
        engine.start(dataclasses.replace(SHORT, parent="../../etc", parent_frame=1))


def test_a_pretrained_model_can_be_forked(engine):
    pretrained = engine.store.pretrained_runs()[0]
    run_id = engine.fork(engine.store.public_id(pretrained), 10**6, epochs=1)
    assert ended(engine, run_id).status.state == "done"
    assert engine.store.get(run_id).recipe.parent == f"p-{pretrained.id}"


def test_a_diverged_run_says_why_and_keeps_its_last_good_frame(engine):
    run = ended(
        engine, engine.start(dataclasses.replace(SHORT, lr=1.0, likelihood="gaussian", sigma=0.01, epochs=400, beta=1000.0, seed=4))
    )
    assert run.status.state == "diverged"
    assert "learning rate" in run.status.message
    assert run.frame_count > 0
    assert run.key_frames[-1] == run.frame_count - 1


def test_an_impossible_recipe_is_refused_at_once(engine):
    with pytest.raises(RecipeError, match="Latent dimensions"):
        engine.start(Recipe(latent_dim=0))


def test_long_poll_wakes_for_frames_and_for_the_end(engine):
    async def follow(run_id):
        after = -1
        while engine.store.get(run_id).status.active:
            if await engine.wait_newer(run_id, after, 5.0):
                after = engine.store.get(run_id).frame_count - 1
        return after

    run_id = engine.start(dataclasses.replace(SHORT, seed=8))
    assert asyncio.run(follow(run_id)) == engine.store.get(run_id).frame_count - 1
    assert asyncio.run(engine.wait_newer("0" * 16, -1, 5.0))


def test_a_run_of_another_process_is_followed_on_disk(engine):
    recipe = dataclasses.replace(SHORT, seed=9)
    run = engine.store.create(recipe)
    assert engine.start(recipe) == run.id  # it is active: somebody trains it
    assert engine.active() == []

    async def follow():
        waiting = asyncio.create_task(engine.wait_newer(run.id, -1, 5.0))
        await asyncio.sleep(0.1)
        run.write_bytes("frames/00000.bin", b"x")
        return await waiting

    assert asyncio.run(follow())
    engine.store.delete(run.id)


def test_a_deleted_folder_ends_its_run(engine):
    run_id = engine.start(dataclasses.replace(LONG, seed=20))
    until(lambda: engine.store.get(run_id).frame_count > 3)
    other = Store(engine.store.root, engine.store.pretrained)
    other.delete(run_id)
    until(lambda: run_id not in engine.active(), 5)  # long before it would end by itself
    other.delete(run_id)


def test_without_a_cluster_runs_fail_with_its_message(tmp_path):
    def connect():
        raise ClusterError("No scheduler here.")

    engine = Engine(Store(tmp_path, tmp_path), connect)
    run = ended(engine, engine.start(SHORT))
    assert (run.status.state, run.status.message) == ("failed", "No scheduler here.")
    assert (engine.state, engine.message) == ("failed", "No scheduler here.")
    engine.close()


def test_a_wrong_scheduler_address_is_told(monkeypatch):
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 0.5)
    monkeypatch.setenv("LATENT_LAB_SCHEDULER", "tcp://127.0.0.1:1")
    with pytest.raises(ClusterError, match="There is no Dask scheduler at"):
        open_cluster()


def test_a_running_scheduler_is_used(engine, tmp_path, monkeypatch):
    """The same path as with a cluster of our own, which stands in for a foreign one here."""
    monkeypatch.setenv("LATENT_LAB_SCHEDULER", engine._connection.cluster._client.scheduler.address)
    one_epoch = dataclasses.replace(VAE, epochs=1)
    keyless = Engine(Store(tmp_path / "keyless", tmp_path))
    refused = ended(keyless, keyless.start(one_epoch)).status
    assert refused.state == "failed"
    assert "started without them" in refused.message
    keyless.close()
    environment = credentials.environment(engine._connection.cluster._keys)
    keys = {name.removeprefix("DASK_").lower().replace("__", "."): value for name, value in environment.items()}
    with dask.config.set(keys):
        second = Engine(Store(tmp_path, tmp_path))
        assert ended(second, second.start(one_epoch)).status.state == "done"
    others = [engine.start(dataclasses.replace(LONG, lr=lr)) for lr in (2e-4, 3e-4)]  # too different to be trained in step
    until(lambda: all(engine.store.get(other).frame_count for other in others))
    run_id = second.start(LONG)
    until(lambda: second.store.get(run_id).status.message == BUSY)
    for other in others:
        engine.delete(other)
    until(lambda: second.store.get(run_id).frame_count > 0)
    second.close()
    status = second.store.get(run_id).status
    assert status.state == "stopped"
    assert status.message.startswith("The server was restarted")
    assert engine.state == "ready"


def test_what_a_lost_scheduler_trained_is_begun_again_once_and_then_given_up(tmp_path):
    clusters = []

    def connect():
        clusters.append(StandIn(doomed=True))
        return clusters[-1]

    engine = Engine(Store(tmp_path, tmp_path), connect)
    run = ended(engine, engine.start(SHORT))
    assert run.status.state == "failed"
    assert "0 frames are kept" in run.status.message
    until(lambda: engine.state == "failed" and len(clusters) == 2 and all(cluster.closed for cluster in clusters))
    ended(engine, engine.start(SHORT))
    assert len(clusters) == 4
    engine.close()


def test_runs_that_differ_in_little_are_trained_in_step(engine):
    """One stops, one has a learning rate of its own; each gives what it gives alone."""
    sweep = [dataclasses.replace(SHORT, beta=beta, seed=77) for beta in (0.5, 1.0, 2.0, 4.0, 8.0)]
    alone = list(train(sweep[1]))
    ids = [engine.start(recipe) for recipe in sweep]
    until(lambda: all(engine.store.get(one).status.state != "queued" for one in ids))
    runs = [ended(engine, one) for one in ids]
    assert [run.status.state for run in runs] == ["done"] * 5
    assert runs[1].frame_count == len(alone)
    assert runs[1].frame(len(alone) - 1).train == pytest.approx(alone[-1].train, rel=1e-3)
    assert len({run.frame(len(alone) - 1).train["loss"] for run in runs}) == 5


def test_one_of_a_party_may_stop(engine):
    stays, goes = (engine.start(dataclasses.replace(LONG, epochs=300, beta=beta)) for beta in (0.25, 0.75))
    until(lambda: engine.store.get(goes).frame_count > 2)
    engine.stop(goes)
    assert ended(engine, goes).status.state == "stopped"
    assert engine.store.get(stays).status.active or engine.store.get(stays).status.state == "done"
    engine.stop(stays)
    ended(engine, stays)


def test_a_run_in_line_outlives_every_loss(tmp_path):
    """The one in training is given up after two losses; the one in line has lost nothing yet."""
    clusters = []

    def connect():
        clusters.append(StandIn(doomed=len(clusters) < 2))
        return clusters[-1]

    engine = Engine(Store(tmp_path, tmp_path), connect)
    first, second = (engine.start(dataclasses.replace(SHORT, seed=seed, lr=seed / 1e3)) for seed in (1, 2))
    assert ended(engine, first).status.state == "failed"
    until(lambda: len(clusters) == 3 and clusters[2].given == [2])
    assert engine.store.get(second).status.active
    engine.close()


@pytest.mark.parametrize("error, message", [(NoData("No network."), "No network."), (ValueError("Does not fit."), "Does not fit.")])
def test_what_cannot_be_trained_says_why(tmp_path, monkeypatch, error, message):
    def load(recipe, root, progress):
        raise error

    heard = []
    monkeypatch.setattr("vae_core.data.load", load)
    carry_out([course(SHORT, tmp_path, None, lambda kind, **fields: heard.append((kind, fields)), lambda: False)])
    assert heard[-1] == ("final", {"state": "failed", "message": message})


def test_the_app_process_stays_without_torch(tmp_path):
    """Not only at import: also after a run has been trained and read."""
    code = """
import sys, time
from jobs.engine import get_engine
from vae_core.recipes import Recipe
engine = get_engine()
run_id = engine.start(Recipe(train_size=100, epochs=1, hidden=(8,)))
while engine.store.get(run_id).status.active: time.sleep(0.05)
assert engine.store.get(run_id).status.state == "done", engine.store.get(run_id).status
engine.close()
assert "torch" not in sys.modules and "sklearn" not in sys.modules
"""
    environment = os.environ | {"LATENT_LAB_RUNS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_failure_of_an_earlier_start_does_not_end_a_new_run(tmp_path, monkeypatch):
    engine = Engine(Store(tmp_path / "runs", tmp_path))
    engine._connection.state = "failed"  # as an earlier start left it
    in_line = []
    monkeypatch.setattr(engine._connection, "warm", lambda: in_line.append(engine.active()))
    engine.start(Recipe(epochs=1))
    assert in_line == [[]]  # a run that was in line by now could be ended by what is still told of the earlier start
    engine.close()


def test_an_engine_that_ends_begins_nothing_and_keeps_what_was_recorded(tmp_path):
    engine = Engine(Store(tmp_path / "runs", tmp_path), connect=StandIn)
    bench = Bench(engine, Results(tmp_path / "results"))
    bench.follow("cloud", 0, "me")
    until(lambda: len(engine.active()) == 2)
    runs = [engine.store.get(run_id) for run_id in engine.active()]
    for run in runs:
        run.write_bytes("frames/00000.bin", b"x")
    engine.close()
    until(lambda: bench.follow("cloud", 0, "me").failed or any(run.status.active for run in runs))  # it looks for its runs again
    for run in runs:
        assert (run.status.state, run.frame_count) == ("stopped", 1)
        with pytest.raises(EngineError, match="The lab is ending"):
            engine.start(run.recipe)
        assert (run.status.state, run.frame_count) == ("stopped", 1)
    bench.close()


def test_a_run_that_is_removed_as_it_is_read_is_one_that_is_not_there(tmp_path, monkeypatch):
    engine = Engine(Store(tmp_path / "runs", tmp_path), connect=StandIn)
    get, recipes = engine.store.get, [dataclasses.replace(SHORT, seed=seed) for seed in range(3)]
    runs = [engine.store.create(recipe) for recipe in recipes]

    def found_then_removed(run_id):
        found = get(run_id)
        if run_id not in engine.active():
            engine.store.delete(run_id)
        return found

    monkeypatch.setattr(engine.store, "get", found_then_removed)
    assert asyncio.run(engine.wait_newer(runs[0].id, -1, 60.0))
    engine.stop(runs[1].id)
    assert engine.start(recipes[2]) == runs[2].id
    assert engine.active() == [runs[2].id]
    engine.close()


def test_what_was_written_after_a_deletion_goes_too(tmp_path):
    engine = Engine(Store(tmp_path / "runs", tmp_path), connect=StandIn)
    run_id = engine.start(LONG)
    live = engine._foreman._live[run_id]
    engine.delete(run_id)
    swept = threading.Event()
    engine._foreman._inbox.post(swept.set)
    assert swept.wait(5)
    live.recording.write_bytes("frames/00000.bin", b"late")  # as the writer thread may, that had begun before
    engine._foreman.abandon(live)
    until(lambda: not (tmp_path / "runs" / run_id).exists())
    engine.close()


def test_a_run_that_cannot_be_deleted_goes_on(tmp_path, monkeypatch):
    engine = Engine(Store(tmp_path / "runs", tmp_path), connect=StandIn)
    run_id = engine.start(LONG)

    def refuse(run_id):
        raise StoreError("A file of it is open.")

    monkeypatch.setattr(engine.store, "delete", refuse)
    with pytest.raises(StoreError):
        engine.delete(run_id)
    assert engine.active() == [run_id]
    assert engine.store.get(run_id).status.active
    engine.close()


def test_a_cluster_of_our_own_without_workers_is_waited_for_and_then_replaced(tmp_path, monkeypatch):
    clusters = []

    def connect():
        clusters.append(StandIn())
        return clusters[-1]

    engine = Engine(Store(tmp_path, tmp_path), connect)
    run_id = engine.start(SHORT)
    until(lambda: clusters and clusters[0].given == [0])
    clusters[0].up = 0
    time.sleep(0.3)
    assert len(clusters) == 1
    monkeypatch.setattr("jobs.connection.DESERTED", 0.0)
    until(lambda: len(clusters) == 2 and clusters[1].given == [0])
    assert clusters[0].closed or engine._connection.cluster is clusters[1]
    assert engine.store.get(run_id).status.active
    engine.close()


def test_a_run_that_takes_too_long_is_not_begun(tmp_path):
    engine = Engine(Store(tmp_path, tmp_path), connect=StandIn)
    with pytest.raises(RecipeError, match="at most 60 are taken"):
        engine.start(Recipe(hidden=(1024,) * 4, batch_size=1, epochs=2000))
    assert engine.active() == []
    engine.close()


def test_what_came_after_a_deletion_by_another_process_is_cleared_at_the_end(tmp_path):
    engine = Engine(Store(tmp_path, tmp_path), connect=StandIn)
    run_id = engine.start(LONG)
    live = engine._foreman._live[run_id]
    over = threading.Event()

    def end():  # in the writer thread, as it happens, or that thread may find the folder gone before what comes late is there
        Store(tmp_path, tmp_path).delete(run_id)
        live.recording.write_bytes("model.safetensors", b"late")  # begun before the deletion
        engine._foreman._finish(live, "done", "")
        over.set()

    engine._foreman._inbox.post(end)
    assert over.wait(60)
    assert not live.recording.path.exists()
    engine.close()
