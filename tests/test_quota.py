"""Room for runs: who passes a share loses the oldest that are not pinned, is told so, and nobody else loses anything."""

import dataclasses
import json
import os
import threading
import time

import pytest
from conftest import fabricate
from test_pages import messages, open_page, unfolded

from jobs import bench as benches
from jobs import quota as quotas
from jobs import room
from jobs.bench import Bench
from jobs.census import Stored, stored
from jobs.engine import Engine
from jobs.quota import Quota, QuotaError, surplus
from jobs.results import Results
from jobs.settings import Share, check, runs_each, uploads_of_all
from jobs.shelves import HERE, Place, Shelves
from jobs.store import Store
from ui import cached, student
from vae_core.experiments import EXPERIMENTS
from vae_core.keys import key
from vae_core.recipes import VAE

MUCH = Share(1000, 10**12)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs", tmp_path / "pretrained")


def made(store, seed, *students, state="done"):
    """A run that these students asked for, each later than the one before."""
    recipe = dataclasses.replace(VAE, seed=seed)
    fabricate(store.root / recipe.id, recipe, frames=1, state=state)
    for one in students:
        store.shelves.put(one, recipe.id)
    return recipe.id


def discarding(store):
    def discard(run_id):
        store.delete(run_id)
        return True

    return discard


def enforce(store, each=MUCH, total=MUCH, in_use=()):
    Quota(store, each, total).enforce(discarding(store), in_use)


def on_disk(store):
    return {run.id for run in store.look()[0]}


def test_within_the_shares_nothing_goes(store):
    mine = [made(store, seed, "ann") for seed in range(3)]
    enforce(store, Share(3, 10**9), Share(3, 10**9))
    assert on_disk(store) == set(store.shelves.of("ann")) == set(mine)
    assert store.shelves.shelf("ann").removed == 0


def test_a_student_loses_the_oldest_that_are_not_pinned_and_is_told(store):
    mine = [made(store, seed, "ann") for seed in range(5)]
    other = made(store, 9, "ben")
    store.shelves.pin("ann", mine[0], True)
    enforce(store, each=Share(3, 10**9))
    assert set(store.shelves.of("ann")) == {mine[0], mine[3], mine[4]}
    assert on_disk(store) == {mine[0], mine[3], mine[4], other}
    assert store.shelves.shelf("ann").removed == 2
    assert store.shelves.shelf("ben").removed == 0
    store.shelves.acknowledge("ann")
    assert store.shelves.shelf("ann").removed == 0
    assert store.shelves.shelf("ann").pins == {mine[0]}


def test_bytes_count_as_runs_do(store):
    mine = [made(store, seed, "ann") for seed in range(4)]
    size = stored(store.root / mine[0]).bytes
    assert size == sum(path.stat().st_size for path in (store.root / mine[0]).rglob("*") if path.is_file())
    enforce(store, each=Share(1000, 2 * size + size // 2))
    assert set(store.shelves.of("ann")) == set(mine[2:])


def test_to_ask_again_makes_a_run_young(store):
    mine = [made(store, seed, "ann") for seed in range(3)]
    store.shelves.put("ann", mine[0])
    enforce(store, each=Share(2, 10**9))
    assert set(store.shelves.of("ann")) == {mine[0], mine[2]}


def test_a_clock_that_was_set_back_does_not_make_the_newest_run_the_oldest(store, monkeypatch):
    mine = [made(store, seed, "ann") for seed in range(2)]
    monkeypatch.setattr(time, "time", lambda before=time.time: before() - 3600)
    mine += [made(store, 2, "ann"), made(store, 3, "ann")]
    theirs = made(store, 9, "ben")
    enforce(store, each=Share(2, 10**9))
    assert list(store.shelves.of("ann")) == mine[2:]
    enforce(store, total=Share(1, 10**9))
    assert on_disk(store) == {theirs}


def test_a_shared_run_counts_for_each_and_stays_while_anybody_keeps_it(store):
    shared = made(store, 0, "ann", "ben")
    mine = [made(store, seed, "ann") for seed in (1, 2)]
    enforce(store, each=Share(2, 10**9))
    assert set(store.shelves.of("ann")) == set(mine)
    assert set(store.shelves.of("ben")) == {shared}
    assert shared in on_disk(store)
    theirs = [made(store, seed, "ben") for seed in (3, 4)]
    enforce(store, each=Share(2, 10**9))
    assert set(store.shelves.of("ben")) == set(theirs)
    assert shared not in on_disk(store)


def test_a_shared_run_counts_once_for_all_together(store):
    runs = {made(store, 0, "ann", "ben", "eve"), made(store, 1, "ann")}
    enforce(store, total=Share(2, 10**9))
    assert on_disk(store) == runs


def test_over_the_total_the_oldest_go_from_disk_and_from_every_shelf(store):
    old = made(store, 0, "ann", "ben")
    pinned = made(store, 1, "ann", "ben")
    store.shelves.pin("ben", pinned, True)
    young = [made(store, seed, "eve") for seed in (2, 3)]
    enforce(store, total=Share(3, 10**9))
    assert on_disk(store) == {pinned, *young}
    assert set(store.shelves.of("ann")) == set(store.shelves.of("ben")) == {pinned}
    assert [store.shelves.shelf(who).removed for who in ("ann", "ben", "eve")] == [1, 1, 0]
    assert old not in store.shelves.all()


def test_one_pin_of_anybody_holds_a_run_over_the_total(store):
    runs = [made(store, seed, "ann") for seed in range(3)]
    for run_id in runs:
        store.shelves.pin("ben", run_id, True)
    enforce(store, total=Share(1, 10**9))
    assert on_disk(store) == set(runs)
    with pytest.raises(QuotaError, match="no room for another run: 3 runs"):
        Quota(store, MUCH, Share(1, 10**9)).check_start()
    Quota(store, MUCH, Share(4, 10**9)).check_start()


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_run_in_training_stays(store, state):
    training = made(store, 0, "ann", state=state)
    store.alive.add(training)
    others = [made(store, seed, "ann") for seed in (1, 2)]
    enforce(store, Share(2, 10**9), Share(2, 10**9))
    assert on_disk(store) == {training, others[1]}
    assert set(store.shelves.of("ann")) == {training, others[1]}


def test_runs_of_an_experiment_that_is_looked_at_stay(store):
    kept, left = made(store, 0), made(store, 1)
    mine = made(store, 2, "ann")
    enforce(store, total=Share(2, 10**9), in_use={kept})
    assert on_disk(store) == {kept, mine}
    assert left not in on_disk(store)


def test_the_person_at_the_machine_has_the_share_of_all(store):
    mine = [made(store, seed, HERE) for seed in range(4)]
    enforce(store, each=Share(1, 10**9))
    assert on_disk(store) == set(mine)
    enforce(store, each=Share(1, 10**9), total=Share(2, 10**9))
    assert on_disk(store) == set(mine[2:])
    assert store.shelves.shelf(HERE).removed == 2


def test_half_of_a_share_can_be_pinned(store):
    mine = [made(store, seed, "ann") for seed in range(4)]
    quota = Quota(store, Share(4, 10**9), MUCH)
    for run_id in mine[:2]:
        quota.check_pin("ann", run_id)
        store.shelves.pin("ann", run_id, True)
    with pytest.raises(QuotaError, match="half of your share: 2 runs"):
        quota.check_pin("ann", mine[2])
    quota.check_pin("ann", mine[1])  # it is pinned already
    store.shelves.pin("ann", mine[0], False)
    quota.check_pin("ann", mine[2])
    size = stored(store.root / mine[0]).bytes
    with pytest.raises(QuotaError, match="half"):
        Quota(store, Share(100, 2 * size), MUCH).check_pin("ann", mine[2])


def test_the_oldest_go_first_and_no_more_than_needed():
    runs = [Stored(str(number), 0.0, False, 10 * number) for number in (1, 2, 3, 4)]
    assert surplus(runs, (), Share(4, 100)) == []
    assert surplus(runs, (), Share(2, 100)) == ["1", "2"]
    assert surplus(runs, (), Share(4, 75)) == ["1", "2"]
    assert surplus(runs, {"1", "3"}, Share(2, 100)) == ["2", "4"]
    assert surplus(runs, {"1", "2", "3", "4"}, Share(0, 0)) == []


def test_folders_that_are_no_runs_neither_count_nor_go(store):
    mine = made(store, 0, "ann")
    foreign = store.root / "holiday photos"
    foreign.mkdir()
    half = store.root / ("a" * 16)
    half.mkdir()
    (half / "status.json").write_text("{")
    assert [run.id for run in store.census()] == [mine]
    assert store.census([mine, "../runs", "p-digits-vae", "f" * 16]) == store.census()
    enforce(store, total=Share(1, 10**9))
    assert foreign.exists()
    assert half.exists()


def test_a_growing_run_is_counted_anew(store):
    run_id = made(store, 0, state="running")
    store.alive.add(run_id)
    before = stored(store.root / run_id)
    assert before.active
    store.get(run_id).write_bytes("frames/00001.bin", bytes(5000))
    store.update(run_id, state="done")
    after = stored(store.root / run_id)
    assert not after.active
    assert after.bytes > before.bytes + 4900


def test_shelves_of_labs_of_before_are_read(tmp_path):
    shelves = Shelves(tmp_path)
    path = tmp_path / ".shelves" / f"{key('ann')}.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"a" * 16: "mine", "b" * 16: ""}))
    assert shelves.of("ann") == {"a" * 16: "mine", "b" * 16: ""}
    shelves.pin("ann", "b" * 16, True)
    assert shelves.of("ann") == {"a" * 16: "mine", "b" * 16: ""}
    assert shelves.shelf("ann").pins == {"b" * 16}


@pytest.mark.parametrize("shares", [{"each": Share(1, 10**9)}, {"total": Share(1, 10**9)}], ids=["each", "total"])
@pytest.mark.parametrize("act", ["put", "rename", "pin"])
def test_a_run_that_somebody_asks_for_while_room_is_made_stays(store, monkeypatch, shares, act):
    mine = [made(store, seed, "ann") for seed in range(2)]
    calls = {"put": (mine[0],), "rename": (mine[0], "mine"), "pin": (mine[0], True)}

    def asked_meanwhile(runs, stays, share):
        gone = surplus(runs, stays, share)
        if gone:
            getattr(store.shelves, act)("ann", *calls[act])
        return gone

    monkeypatch.setattr(quotas, "surplus", asked_meanwhile)
    enforce(store, **shares)
    assert mine[0] in on_disk(store)
    assert mine[0] in store.shelves.of("ann")


def test_a_run_that_somebody_asks_for_while_others_are_removed_stays(store):
    mine = {made(store, seed, "ann") for seed in range(4)}
    removed = []

    def discard(run_id):
        store.delete(run_id)
        removed.append(run_id)
        for other in mine - {run_id}:
            store.shelves.put("ben", other)
        return True

    Quota(store, Share(1, 10**9), MUCH).enforce(discard)
    assert on_disk(store) == mine - set(removed)
    assert len(removed) == 1


def test_a_run_that_another_process_begins_anew_while_it_makes_room_stays(store, monkeypatch):
    run_id = made(store, 0, state="stopped")
    recipe, there = store.get(run_id).recipe, Store(store.root, store.pretrained)
    claiming = threading.Thread(target=there.claim, args=(recipe,))
    get = store.get

    def read_then_claimed(one):
        found = get(one)
        claiming.start()
        claiming.join(0.5)  # or until it waits for us
        return found

    monkeypatch.setattr(store, "get", read_then_claimed)
    assert Engine(store).discard(run_id)
    claiming.join()
    assert there.get(run_id).status.active
    monkeypatch.undo()
    assert not Engine(store).discard(run_id)


def test_a_run_that_made_room_as_it_was_asked_for_is_begun_anew(engine, monkeypatch):
    put = engine.store.shelves.put

    def too_late(owner, run_id):
        if len(engine.started) == 1:
            engine.store.alive.clear()
            engine.store.delete(run_id)
        put(owner, run_id)

    monkeypatch.setattr(engine.store.shelves, "put", too_late)
    app = open_page("train", models="vae")
    app.button(key="train").click().run()
    assert not app.exception
    assert engine.started == [VAE, VAE]
    assert engine.store.get(VAE.id) is not None


def test_a_fork_that_made_room_as_it_was_asked_for_is_begun_anew(engine, recordings, monkeypatch):
    there = made(engine.store, 9)
    put = engine.store.shelves.put

    def fork(run_id, frame, owner="", **changes):
        if engine.store.get(there) is None:
            made(engine.store, 9)
        return there

    def too_late(owner, run_id):
        engine.store.delete(run_id)
        put(owner, run_id)

    monkeypatch.setattr(engine, "fork", fork)
    monkeypatch.setattr(engine.store.shelves, "put", too_late)
    app = unfolded(open_page("train", runs=recordings["deep"]))
    app.button(key="fork").click().run()
    assert not app.exception
    assert engine.store.get(there) is not None
    assert there in engine.store.shelves.of(HERE)


def test_the_engine_discards_no_run_that_it_trains(store):
    trainer = Engine(store, connect=lambda: pytest.fail("no cluster is needed"))
    try:
        done, training = made(store, 0), made(store, 1, state="running")
        store.alive.add(training)
        assert trainer.discard(done)
        assert not trainer.discard(training)
        assert trainer.discard("f" * 16)  # gone already
        assert on_disk(store) == {training}
    finally:
        trainer.close()


def test_an_open_lesson_keeps_its_runs(store, tmp_path, monkeypatch):
    name, experiment = next(iter(EXPERIMENTS.items()))
    trainer = Engine(store, connect=lambda: pytest.fail("no cluster is needed"))
    bench = Bench(trainer, Results(tmp_path / "results"))
    monkeypatch.setattr(benches, "_bench", bench)
    try:
        recipes = experiment.recipes(experiment.seeds[0])
        for recipe in recipes.values():
            fabricate(store.root / recipe.id, recipe, frames=1)
        ids = {recipe.id for recipe in recipes.values()}
        bench.known(name, experiment.seeds[0])
        assert benches.in_use() == ids
        enforce(store, total=Share(1, 1), in_use=benches.in_use())
        assert on_disk(store) == ids
        monkeypatch.setattr(benches, "LOOKED_AT", 0.0)
        enforce(store, total=Share(1, 10**9), in_use=benches.in_use())
        assert len(on_disk(store)) == 1
        assert bench.known(name, experiment.seeds[0]).figures is None  # to be trained again when the page is opened
    finally:
        bench.close()
        trainer.close()


def test_the_server_makes_room_and_sweeps_what_a_kill_left(store, monkeypatch):
    monkeypatch.setattr(room, "EVERY", 0.02)
    trainer = Engine(store, connect=lambda: pytest.fail("no cluster is needed"))
    mine = [made(store, seed, "ann") for seed in range(3)]
    old, fresh = store.root / ".uploading-old", store.root / ".uploading-fresh"
    for folder in (old, fresh):
        (folder / "frames").mkdir(parents=True)
    for path in (old, old / "frames"):
        os.utime(path, (1, 1))
    over = threading.Event()
    keeper = threading.Thread(target=room.keep_room, args=(over, trainer, Quota(store, Share(1, 10**9), MUCH)))
    keeper.start()
    deadline = time.monotonic() + 10
    while (old.exists() or len(on_disk(store)) > 1) and time.monotonic() < deadline:
        time.sleep(0.02)
    over.set()
    keeper.join(5)
    trainer.close()
    assert on_disk(store) == {mine[2]}
    assert not old.exists()
    assert fresh.exists()  # somebody is writing it now


def test_the_environment_says_how_much(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_RUNS_EACH", "7")
    monkeypatch.setenv("LATENT_LAB_UPLOADS_ALL_MB", "5")
    assert runs_each() == Share(7, 10**9)
    assert uploads_of_all() == 5_000_000
    for value in ("0", "-1", "many", "1.5"):
        monkeypatch.setenv("LATENT_LAB_RUNS_EACH", value)
        with pytest.raises(ValueError, match="LATENT_LAB_RUNS_EACH must be a whole number above 0"):
            runs_each()
        with pytest.raises(ValueError, match="LATENT_LAB_RUNS_EACH"):
            check()  # what the server calls when it starts


# The pages.


@pytest.mark.parametrize("page", ["models", "train"])
def test_a_run_is_pinned_and_let_go_on_the_pages(engine, recordings, page):
    app = open_page(page, runs=recordings["deep"])
    switch = f"pin_{recordings['deep']}"
    app.toggle(key=switch).set_value(True).run()
    assert not app.exception
    assert engine.store.shelves.shelf(HERE).pins == {recordings["deep"]}
    assert open_page(page, runs=recordings["deep"]).toggle(key=switch).value is True
    app.toggle(key=switch).set_value(False).run()
    assert engine.store.shelves.shelf(HERE).pins == set()
    assert not any("pin_p-" in one.key for one in open_page("models").toggle if one.key)


def test_pins_beyond_half_are_refused_and_the_switch_says_so(engine, recordings, monkeypatch):
    monkeypatch.setattr(student, "identity", lambda: "ann")
    monkeypatch.setenv("LATENT_LAB_RUNS_EACH", "2")
    for run_id in (recordings["deep"], recordings["flat"]):
        engine.store.shelves.put("ann", run_id)
    app = open_page("models")
    app.toggle(key=f"pin_{recordings['deep']}").set_value(True).run()
    app.toggle(key=f"pin_{recordings['flat']}").set_value(True).run()
    assert "half of your share" in messages(app)
    assert app.toggle(key=f"pin_{recordings['flat']}").value is False
    assert engine.store.shelves.shelf("ann").pins == {recordings["deep"]}


@pytest.mark.parametrize("page", ["models", "train"])
def test_who_lost_runs_is_told_until_it_was_read(engine, recordings, page):
    Quota(engine.store, MUCH, Share(1, 10**9)).enforce(discarding(engine.store))
    said = "Your oldest unpinned run was removed to make room"
    app = open_page(page)
    assert not app.exception
    assert said in messages(app)
    app.button(key="removed_read").click().run()
    assert said not in messages(app)
    assert said not in messages(open_page(page))
    engine.store.shelves.evict(key(HERE), {"x": Place()})
    assert said not in messages(open_page(page))  # it was not there


def test_a_run_on_the_screen_that_made_room_leaves_the_pages_whole(engine, recordings):
    apps = [
        open_page(page, runs=f"{recordings['deep']},{recordings['flat']}") for page in ("train", "compare", "explore", "losses", "models")
    ]
    Quota(engine.store, MUCH, Share(1, 1)).enforce(discarding(engine.store))
    for app in apps:
        app.run()
        assert not app.exception


def test_training_is_refused_while_pins_take_all_the_room(engine, recordings, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_RUNS_ALL", "1")
    engine.store.shelves.pin("ben", recordings["deep"], True)
    app = open_page("train")
    app.button(key="train").click().run()
    assert "no room for another run" in messages(app)
    assert not engine.started


def test_the_models_page_says_how_much_is_kept(engine, recordings, monkeypatch):
    said = [caption.value for caption in open_page("models").caption]
    assert any(one.startswith("Kept: 2 of 3,000 runs") for one in said)
    monkeypatch.setattr(student, "identity", lambda: "ann")
    cached.store().shelves.put("ann", recordings["deep"])
    said = [caption.value for caption in open_page("models").caption]
    assert any(one.startswith("Kept: 1 of 100 runs, 0 of 1,000 MB") for one in said)
