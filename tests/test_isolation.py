"""Two students in two browsers: neither sees nor changes what is the other's; what both ask for is trained once."""

import asyncio
import dataclasses
import secrets
import time

import numpy as np
import pytest
from conftest import fabricate, running_app
from test_pages import open_page, unfolded

from benchmarks.load import HOST
from benchmarks.plain_client import PlainClient
from jobs.cluster import ClusterError
from jobs.engine import Engine
from jobs.shelves import Shelves
from ui import actions, cached, runs, state, student
from ui.cookie import COOKIE
from vae_core import own_data
from vae_core.recipes import VAE, pair

PAGES = ("", "data", "train", "compare", "explore", "losses", "models", "claims", "notebook")
SHORT = dataclasses.replace(VAE, epochs=1)


class Lab:
    """The app, and what lies in its folders."""

    def __init__(self, address, folder):
        self.address, self.store, self.data = address, folder / "runs", folder / "data"
        self.shelves = Shelves(self.store)

    def run(self, recipe, owner="", name=""):
        """A finished run, on somebody's shelf under a name."""
        fabricate(self.store / recipe.id, recipe)
        if owner:
            self.shelves.rename(owner, recipe.id, name)
        return recipe.id

    def tour(self, cookie, *steps):
        """What a session is sent that sees every page and then takes these steps; and the session."""
        return asyncio.run(self._tour(cookie, steps))

    async def _tour(self, cookie, steps):
        client = await PlainClient.join(self.address, HOST, f"{COOKIE}={cookie}", lively=True, keep=True)
        for page in PAGES:
            await asyncio.wait_for(client.rerun(page), 60)
        for step in steps:
            await asyncio.wait_for(step(client), 60)
        client.leave()
        assert not client.problems
        return b"".join(client.texts), client


@pytest.fixture(scope="module")
def lab(tmp_path_factory, scheduler):
    folder = tmp_path_factory.mktemp("lab")
    with running_app(folder / "runs", LATENT_LAB_SCHEDULER=scheduler) as (address, _):
        yield Lab(address, folder)


@pytest.fixture
def two():
    """The secrets of two browsers."""
    return secrets.token_hex(16), secrets.token_hex(16)


def test_runs_and_names_of_one_are_not_sent_to_the_other(lab, two):
    ann, ben = two
    hers = lab.run(dataclasses.replace(SHORT, seed=11), ann, "Annapurna")
    his = lab.run(dataclasses.replace(SHORT, seed=12), ben, "Benedict")
    both = lab.run(dataclasses.replace(SHORT, seed=13), ann, "Shared by Annapurna")
    lab.shelves.rename(ben, both, "Shared by Benedict")
    to_ann, to_ben = (lab.tour(who)[0] for who in two)
    for mine, theirs, own, other in ((to_ann, to_ben, b"Annapurna", hers), (to_ben, to_ann, b"Benedict", his)):
        assert own in mine
        assert other.encode() in mine
        assert own not in theirs
        assert other.encode() not in theirs
        assert both.encode() in mine


@pytest.mark.parametrize("cookie", ["", "0" * 31, "../" * 12, "'; drop table runs", "%00", "0" * 5000])
def test_a_cookie_that_is_none_of_ours_shows_nobodys_runs(lab, two, cookie):
    hers = lab.run(dataclasses.replace(SHORT, seed=14), two[0], "Annapurna")
    sent, _ = lab.tour(cookie)
    assert b"Annapurna" not in sent
    assert hers.encode() not in sent


def test_the_same_recipe_asked_by_both_is_served_from_one_run(lab, two):
    recipes = pair(dataclasses.replace(SHORT, seed=15))
    for recipe in recipes:
        lab.run(recipe)
    before = {path: path.stat().st_mtime_ns for recipe in recipes for path in (lab.store / recipe.id).rglob("*")}
    wanted = [recipe.id for recipe in recipes]
    for who in two:
        _, client = lab.tour(who, lambda one: one.rerun("train", "seed=15&epochs=1"), lambda one: one.click("train"))
        assert all(run_id in client.query for run_id in wanted)
        assert set(lab.shelves.of(who)) == set(wanted)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_one_trains_does_not_come_to_the_others_screen(lab, two):
    for seed in (16, 17):
        for recipe in pair(dataclasses.replace(SHORT, seed=seed)):
            lab.run(recipe)

    async def both():
        hers, his = [await PlainClient.join(lab.address, HOST, f"{COOKIE}={who}", keep=True) for who in two]
        await hers.rerun("train", "seed=16&epochs=1")
        await his.rerun("train", "seed=17&epochs=1")
        await asyncio.gather(hers.click("train"), his.click("train"))
        await asyncio.gather(hers.rerun("losses"), his.rerun("losses"))
        hers.leave()
        his.leave()
        return hers.query, his.query

    for query, seed, who in zip(asyncio.run(both()), (16, 17), two, strict=True):
        own = {recipe.id for recipe in pair(dataclasses.replace(SHORT, seed=seed))}
        other = {recipe.id for recipe in pair(dataclasses.replace(SHORT, seed=33 - seed))}
        assert all(run_id in query for run_id in own)
        assert not any(run_id in query for run_id in other)
        assert set(lab.shelves.of(who)) == own


def test_pictures_of_one_and_runs_on_them_are_not_sent_to_the_other(lab, two):
    ann, ben = two
    random = np.random.default_rng(0)
    labels = np.arange(30, dtype=np.uint8) % 2
    pictures = own_data.Pictures(random.integers(0, 255, (30, 784), np.uint8), labels, ("alpha centauri", "beta lyrae"), 28)
    name = own_data.store(pictures, lab.data, "Annas stars", who=ann)
    run_id = lab.run(dataclasses.replace(SHORT, seed=18, data=name), ann)
    lab.shelves.put(ben, run_id)  # even so: it holds some of the pictures
    to_ann, to_ben = (lab.tour(who)[0] for who in two)
    for secret in (b"Annas stars", b"alpha centauri", name.encode(), run_id.encode()):
        assert secret in to_ann
        assert secret not in to_ben


@pytest.fixture
def ann_and_ben(engine, monkeypatch):
    """A real engine without processes, and who is at the other end."""

    def connect():
        raise ClusterError("there are none")

    real = Engine(engine.store, connect)
    monkeypatch.setattr(cached, "get_engine", lambda: real)
    who = ["ann"]
    monkeypatch.setattr(student, "identity", lambda: who[0])
    yield who, real
    real.close()


def test_a_fork_of_a_shared_run_is_the_forkers_alone(ann_and_ben, recordings, monkeypatch):
    who, real = ann_and_ben
    parent = recordings["deep"]
    for one in ("ann", "ben"):
        real.store.shelves.put(one, parent)
    folder = recordings["runs"] / parent
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    app = unfolded(open_page("train", runs=parent))
    app.number_input(key=f"fork_{parent}_beta").set_value(9.0).run()
    app.button(key="fork").click().run()
    (fork,) = set(real.store.shelves.of("ann")) - {parent}
    assert (real.store.get(fork).recipe.parent, real.store.get(fork).recipe.beta) == (parent, 9.0)
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    who[0] = "ben"
    assert set(real.store.shelves.of("ben")) == {parent}
    assert fork not in {run.id for run in runs.listed()[0]}
    assert open_page("train", runs=parent).session_state[state.RUNS_KEY] == [parent]


def test_pins_and_removed_runs_are_each_students_own(ann_and_ben, recordings):
    who, real = ann_and_ben
    for one in ("ann", "ben"):
        real.store.shelves.put(one, recordings["deep"])
    app = open_page("models")
    app.toggle(key=f"pin_{recordings['deep']}").set_value(True).run()
    who[0] = "ben"
    assert open_page("models").toggle(key=f"pin_{recordings['deep']}").value is False
    open_page("models").toggle(key=f"pin_{recordings['deep']}").set_value(False).run()
    assert real.store.shelves.shelf("ann").pins == {recordings["deep"]}


def test_one_cannot_delete_or_rename_for_the_other(ann_and_ben, recordings, monkeypatch):
    import streamlit as st

    who, real = ann_and_ben
    run_id = recordings["deep"]
    real.store.shelves.drop(student.HERE, run_id)
    for one in ("ann", "ben"):
        real.store.shelves.rename(one, run_id, f"{one}'s")
    monkeypatch.setattr(st, "session_state", {"runs": [], "text": "other"})
    actions.rename(run_id, "text")
    assert (real.store.shelves.of("ann")[run_id], real.store.shelves.of("ben")[run_id]) == ("other", "ben's")
    actions.delete(run_id)
    assert real.store.get(run_id) is not None
    assert run_id not in real.store.shelves.of("ann")
    who[0] = "ben"
    actions.delete(run_id)
    deadline = time.monotonic() + 5
    while real.store.get(run_id) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert real.store.get(run_id) is None
