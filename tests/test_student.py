"""Students: each has a shelf of runs of its own; runs themselves are shared."""

import dataclasses
from types import SimpleNamespace

import pytest
from chromium import launch
from conftest import fabricate, running_app
from playwright.sync_api import expect
from test_pages import open_page

from jobs.engine import EngineError
from jobs.shelves import HERE, Shelves
from ui import actions, runs, student
from ui.cookie import COOKIE, known, renewed
from ui.hosts import is_loopback
from vae_core.recipes import VAE

NAME = "lab.lan"  # a name of the local network, which the browser is told to find here


def test_shelves_are_kept_apart_and_survive(tmp_path):
    shelves = Shelves(tmp_path)
    shelves.put("ann", "a" * 16)
    shelves.put("ben", "a" * 16)
    shelves.put("ben", "b" * 16)
    shelves.rename("ann", "a" * 16, "  my \n first ")
    shelves.put("ann", "a" * 16)
    again = Shelves(tmp_path)
    assert again.of("ann") == {"a" * 16: "my first"}
    assert again.of("ben") == {"a" * 16: "", "b" * 16: ""}
    assert again.of("eve") == {}
    assert again.others("ann", "a" * 16)
    assert not again.others("ben", "b" * 16)
    again.drop("ben", "a" * 16)
    assert not shelves.others("ann", "a" * 16)
    assert shelves.all() == {"a" * 16, "b" * 16}
    assert all("ann" not in path.name for path in tmp_path.rglob("*"))


@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b"null", b"\xff"])
def test_a_broken_shelf_is_an_empty_one(tmp_path, content):
    shelves = Shelves(tmp_path)
    shelves.put("ann", "a" * 16)
    (path,) = (tmp_path / ".shelves").glob("*.json")
    path.write_bytes(content)
    assert shelves.of("ann") == {}
    shelves.put("ann", "b" * 16)
    assert shelves.of("ann") == {"b" * 16: ""}


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost:8501", True), ("127.0.0.1", True), ("[::1]:8501", True), ("", True), ("192.168.1.4:8501", False), ("lab.lan", False)],
)
def test_who_sits_at_the_machine(host, here):
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("near", "headers", "here"),
    [
        (None, {"Host": "localhost:8501"}, True),
        ("192.168.1.7", {"Host": "localhost:8501"}, False),
        (None, {"Host": "localhost:8501", "X-Forwarded-For": "127.0.0.1"}, False),
        (None, {"Host": "lab.lan"}, False),
    ],
)
def test_a_stranger_who_says_localhost_is_not_at_the_machine(monkeypatch, near, headers, here):
    context = SimpleNamespace(headers=headers, ip_address=near, cookies=SimpleNamespace(to_dict=dict))
    monkeypatch.setattr(student, "st", SimpleNamespace(context=context))
    monkeypatch.setattr(student, "get_script_run_ctx", lambda **kwargs: SimpleNamespace(session_id="one"))
    assert (student.identity() == HERE) is here


def test_the_first_of_a_pair_is_the_student_s_though_the_second_is_refused(engine, monkeypatch):
    whole, started = engine.start, []

    def start(recipe, owner=""):
        if started:
            raise EngineError("You have 24 runs in training or in line.")
        started.append(whole(recipe, owner))
        return started[0]

    monkeypatch.setattr(engine, "start", start)
    app = open_page("train", seed="1")
    app.button(key="train").click().run()
    assert "24 runs" in app.error[0].value
    assert started[0] in engine.store.shelves.of(student.identity())
    assert app.session_state["runs"] == started


def test_a_cookie_is_a_secret_of_the_right_form():
    name, _, value = renewed({}).partition(";")[0].partition("=")
    assert known({name: value})
    assert not known({name: value + "0"})
    assert not known({name: "../" + value[3:]})
    assert not known({})
    assert "HttpOnly" in renewed({})
    assert renewed({name: value}).startswith(f"{name}={value}; ")  # from each visit on it lasts a year
    assert value not in renewed({name: value + "; Domain=elsewhere"})


def test_two_students_do_not_meet(engine, monkeypatch):
    who = ["ann"]
    monkeypatch.setattr(student, "identity", lambda: who[0])
    monkeypatch.setattr(actions, "hide", lambda run_id: None)
    app = open_page("train", seed="1")
    app.button(key="train").click().run()
    shared = list(engine.store.shelves.of("ann"))
    assert len(shared) == 2
    assert {run.id for run in runs.listed()[0]} == set(shared)
    actions.cached.store().shelves.rename("ann", shared[0], "Ann's")

    who[0] = "ben"
    assert runs.listed() == ([], [])
    app = open_page("train", seed="1")
    app.button(key="train").click().run()
    assert set(engine.store.shelves.of("ben")) == set(shared)
    assert "Ann" not in runs.label(shared[0])
    app.button(key="stop").click().run()
    assert engine.stopped == []
    assert "Somebody else" in app.error[0].value
    who[0] = HERE  # the person at the machine may stop any
    app.button(key="stop").click().run()
    assert not app.error
    assert set(engine.stopped) == set(shared)
    who[0] = "ben"

    engine.store.alive.clear()
    actions.delete.__wrapped__(shared[0])
    assert shared[0] not in engine.store.shelves.of("ben")
    assert engine.store.get(shared[0]) is not None
    who[0] = "ann"
    assert runs.label(shared[0]).startswith("Ann's")
    actions.delete.__wrapped__(shared[0])
    assert engine.store.get(shared[0]) is None


def test_two_browsers_are_two_students_and_the_machine_sees_both(browser, tmp_path, scheduler):
    store = tmp_path / "runs"
    mine = [dataclasses.replace(VAE, seed=seed) for seed in (51, 52)]
    for recipe in mine:
        fabricate(store / recipe.id, recipe)
    app = running_app(store, LATENT_LAB_SCHEDULER=scheduler)
    with app as (address, _), launch(browser.browser_type, f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as elsewhere:
        for recipe, context in [(recipe, elsewhere.new_context()) for recipe in mine]:
            page = context.new_page()
            page.goto(address.replace("localhost", NAME))
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
            (cookie,) = [one for one in context.cookies() if one["name"] == COOKIE]
            assert cookie["httpOnly"]
            Shelves(store).put(cookie["value"], recipe.id)
            page.goto(f"{address.replace('localhost', NAME)}/models")
            expect(page.locator(f".st-key-details_{recipe.id}")).to_be_visible(timeout=30_000)
            expect(page.locator("[class*=st-key-details_]:not([class*=st-key-details_p-])")).to_have_count(1)
        page = browser.new_page()
        page.goto(f"{address}/models")
        for recipe in mine:
            expect(page.locator(f".st-key-details_{recipe.id}")).to_be_visible(timeout=30_000)
        page.close()
