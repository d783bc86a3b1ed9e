"""New runs come to the board from the press on, and the page lets them."""

import dataclasses
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from conftest import fabricate
from test_board_js import run_board, settings
from test_pages import open_page, unfolded
from test_turnstile import free

from ui import cached, headstart, live, state
from ui.components.latent_map import MapRun, Starter
from ui.turnstile import one_at_a_time
from vae_core.recipes import AE, VAE
from vae_core.recording import Status

DEEP_VAE = dataclasses.replace(VAE, latent_dim=3)
OLD, NEW = (MapRun(letter * 16, name, "#0072b2", "Bernoulli", "dirac", 2, None) for letter, name in (("a", "Old"), ("b", "New")))

# A server that holds each answer back until it is told.
PRESS = """
  const asked = [], held = [];
  globalThis.fetch = (url, { signal }) => new Promise((done) => {
    asked.push(url.pathname.replace("/api/runs/", ""));
    held.push({ name: asked.at(-1), done, signal });
  });
  const pause = async (ms = 0) => { await new Promise((done) => setTimeout(done, ms)); await frames(); };
  const answer = async (name, body, status) => {
    const one = held.find((request) => request.name === name && !request.over);
    one.over = true;
    const length = new Uint32Array([body?.length ?? 0]);
    const headers = status ? { "x-run": JSON.stringify(status) } : {};
    one.done(new Response(body && new Blob([length, body]), { status: body ? 200 : 204, headers }));
    await pause();
  };
  const running = { state: "running", frames: 1, key_frames: [], probe: "", step: 0, total_steps: 9, message: "" };
  const host = new Host(), board = await host.show(before);
  const ids = () => board.columns.map(({ run }) => run.id[0]);
"""


def message(*shown, answered=0, upcoming=()):
    """What the page sends to show these runs, with a button for others."""
    return [settings(*shown) | {"starter": dataclasses.asdict(Starter("train", answered, upcoming))}]


def begun(run):
    return dataclasses.replace(run, begun=5.0)


def press(body, tmp_path, **given):
    recording = fabricate(tmp_path / "run", AE)
    return run_board(PRESS + body, frame=recording.frame_bytes(0), before=message(begun(OLD), upcoming=[NEW]), **given)


def test_the_runs_of_a_press_are_asked_for_at_once_and_shown_with_their_first_frame(tmp_path):
    told = press(
        """press("other"); await pause();
        const other = [...asked];
        press("train"); press("train"); await pause();
        const first = asked.splice(0), waiting = ids();
        await answer(`${"b".repeat(16)}/first`); await pause(150);
        const again = asked.splice(0), still = ids();
        await answer(`${"b".repeat(16)}/first`, frame, running);
        const [column] = board.columns;
        const there = [ids(), column.title.textContent, column.recording.frames.length, board.columns.length];
        asked.splice(0);
        await host.show(after);
        const then = [ids(), board.columns[0] === column, asked, board.headstart.pending];
        return { other, first, waiting, again, still, there, then };""",
        tmp_path,
        after=message(begun(NEW), answered=1, upcoming=[begun(NEW)]),
    )
    old, new = "a" * 16, "b" * 16
    assert told["other"] == [f"{old}/frames"]
    assert told["first"] == [f"{old}/frames", f"{new}/first"]
    assert told["again"] == [f"{new}/first"]
    assert told["waiting"] == told["still"] == ["a"]
    assert told["there"] == [["b"], "New", 1, 1]
    assert told["then"] == [["b"], True, [], False]


def test_a_press_that_is_refused_leaves_what_is_shown(tmp_path):
    told = press(
        """press("train"); await pause();
        const { signal } = held.at(-1);
        await host.show(refused);
        const then = [ids(), signal.aborted, held[0].signal.aborted];
        press("train"); await pause();
        return [...then, asked.at(-1)];""",
        tmp_path,
        refused=message(begun(OLD), answered=1, upcoming=[NEW]),
    )
    assert told == [["a"], True, False, f"{'b' * 16}/first"]


def test_a_run_that_is_on_the_board_keeps_its_name_and_a_new_one_waits_for_a_frame_of_its_own(tmp_path):
    told = press(
        """await answer(`${"a".repeat(16)}/frames`, frame, running);
        await host.show(beside);
        press("train"); await pause();
        await answer(`${"b".repeat(16)}/first`); await pause(150);
        return [ids(), board.columns[0].title.textContent, board.columns[0].recording.frames.length];""",
        tmp_path,
        beside=message(begun(OLD), upcoming=[dataclasses.replace(begun(OLD), title="Renamed"), NEW]),
    )
    assert told == [["a"], "Old", 1]


def test_a_board_that_is_gone_hears_no_press(tmp_path):
    told = press(
        """const gone = host.call(before);
        gone();
        press("train"); await pause();
        return [clicks.size, asked.filter((name) => name.endsWith("first"))];""",
        tmp_path,
    )
    assert told == [0, []]


def test_a_page_that_draws_something_else_meanwhile_takes_nothing_back(tmp_path):
    told = press(
        """press("train"); await pause();
        await answer(`${"b".repeat(16)}/first`, frame, running);
        await host.show(meanwhile);
        return ids();""",
        tmp_path,
        meanwhile=message(begun(OLD), answered=0, upcoming=[]),
    )
    assert told == ["b"]


@pytest.fixture
def session(monkeypatch):
    """What a session remembers, whose controls describe a pair."""
    kept = {}
    monkeypatch.setattr(headstart.st, "session_state", kept)
    monkeypatch.setattr(state, "recipes", lambda: (AE, VAE))
    return kept


def test_the_board_is_told_what_a_press_would_start(engine, session):
    told = headstart.starter("train")
    assert (told.button, told.answered) == ("train", 0)
    assert [(run.id, run.title, run.begun, run.latent_dim) for run in told.runs] == [(AE.id, "AE", None, 2), (VAE.id, "VAE", None, 2)]
    assert told.runs[0].color != told.runs[1].color
    headstart.answered([])
    assert headstart.starter("train").answered == 1


def test_runs_of_one_kind_are_told_apart_before_they_are_made(engine, session, monkeypatch):
    monkeypatch.setattr(state, "recipes", lambda: (VAE, DEEP_VAE))
    titles = [run.title for run in headstart.starter("train").runs]
    assert len(set(titles)) == 2
    assert all(title.startswith("VAE") for title in titles)


@pytest.mark.parametrize("stands, known", [("done", True), ("running", True), ("stopped", False), ("failed", False)])
def test_a_run_that_would_be_made_afresh_is_not_shown_before(engine, session, stands, known):
    recording = fabricate(engine.store.root / VAE.id, VAE)
    engine.store.alive.add(VAE.id)
    recording.write_status(Status(stands, created=7.0))
    assert [run.begun for run in headstart.starter("train").runs] == ([None, 7.0] if known else [])


@pytest.fixture
def started(engine, session, monkeypatch):
    """A run that was just started, and what the page waits for."""
    monkeypatch.setattr(headstart, "PATIENCE", 60.0)
    monkeypatch.setattr(headstart, "MOMENT", 0.0)
    engine.start(VAE)
    headstart.answered([VAE.id])
    return cached.store().get(VAE.id)


def waited():
    begin = time.monotonic()
    headstart.wait()
    return time.monotonic() - begin


def test_the_page_waits_until_a_browser_has_the_first_frame_and_others_pass_meanwhile(started):
    passed = []

    def browser():
        passed.append(free())
        headstart.seen("0" * 16)
        headstart.seen(VAE.id)

    threading.Timer(0.3, browser).start()
    with one_at_a_time():
        assert 0.3 <= waited() < 30
    assert passed == [True]
    assert waited() < 1  # once a press


@pytest.mark.parametrize("status", [Status("queued", message="In line: 3 before yours."), Status("done"), Status("failed")])
def test_for_a_run_that_will_not_begin_now_the_page_does_not_wait(started, status):
    started.write_status(status)
    assert waited() < 30


def test_for_a_run_that_is_gone_the_page_does_not_wait(engine, started):
    engine.store.alive.clear()
    engine.store.delete(VAE.id)
    assert waited() < 30


@pytest.mark.parametrize("what", ["another page", "a class", "no routes", "a refusal"])
def test_where_waiting_serves_nobody_the_page_does_not_wait(engine, started, monkeypatch, what):
    match what:
        case "another page":
            monkeypatch.setattr(headstart, "crowded", lambda: True)
        case "a class":
            engine.crowd = 3
        case "no routes":
            monkeypatch.setattr(live, "transport", lambda: "inline")
        case "a refusal":
            headstart.answered([])
    monkeypatch.setattr(headstart, "aside", nullcontext)
    monkeypatch.setattr(headstart, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: pytest.fail("it waits")))
    headstart.wait()


def test_train_tells_the_board_and_counts_each_press(engine, monkeypatch):
    monkeypatch.setattr(headstart, "PATIENCE", 0.1)
    told = []
    monkeypatch.setattr(live, "latent_map", lambda **settings: told.append(settings["starter"]))
    app = open_page("train", models="vae", epochs="7")
    app.button(key="train").click().run()
    assert not app.exception
    engine.refusal = "Not now."
    app.button(key="train").click().run()
    assert "Not now" in app.error[0].value
    (recipe,) = engine.started
    home, *train = told
    assert home is None
    assert [starter.answered for starter in train] == [0, 1, 2]
    assert {run.id for starter in train for run in starter.runs} == {recipe.id}


def test_settings_that_describe_no_run_start_none(engine, monkeypatch):
    told = []
    monkeypatch.setattr(live, "latent_map", lambda **settings: told.append(settings["starter"]))
    app = unfolded(open_page("train"))
    assert len(told[-1].runs) == 2
    app.text_input(key="recipe_hidden").set_value("x").run()
    assert not app.exception
    assert told[-1].runs == []
