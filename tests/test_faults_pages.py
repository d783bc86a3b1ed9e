"""What people see when the disk gives out or a process goes: a plain message, never a traceback."""

import os
from contextlib import ExitStack

import pytest
from conftest import running_app
from disks import PretendedDisk
from standins import StandIn
from test_pages import messages, open_page
from waiting import until

from jobs.engine import Engine
from jobs.store import Store
from ui import cached
from vae_core.recipes import AE, VAE
from vae_core.recording import Status

FIRST = "globalThis.__latentMaps?.[0]"
REASONS = {"fill": "the disk is full", "lock": "may not write there"}


@pytest.fixture
def engine(recordings, monkeypatch):
    engine = Engine(Store(recordings["runs"], recordings["pretrained"]), StandIn)
    monkeypatch.setattr(cached, "get_engine", lambda: engine)
    yield engine
    engine.close()


@pytest.mark.parametrize("fault", REASONS)
def test_train_on_a_disk_that_takes_nothing_says_so(engine, recordings, monkeypatch, fault):
    app = open_page("train")
    with pytest.MonkeyPatch.context() as patch:
        getattr(PretendedDisk(recordings["runs"], patch), fault)()
        app.button(key="train").click().run()
        assert not app.exception
        assert REASONS[fault] in messages(app)
        assert engine.active() == []
    app.button(key="train").click().run()
    assert not app.error
    assert set(engine.active()) == {AE.id, VAE.id}


@pytest.mark.parametrize("fault", REASONS)
@pytest.mark.parametrize("name", ["home", "train", "compare", "explore", "losses", "models"])
def test_every_page_opens_on_such_a_disk_with_a_run_that_was_left(engine, recordings, monkeypatch, fault, name):
    run = engine.store.create(VAE)
    run.write_status(Status("running", created=1.0, updated=1.0))
    with pytest.MonkeyPatch.context() as patch:
        getattr(PretendedDisk(recordings["runs"], patch), fault)()
        app = open_page(name, runs=run.id)
        assert not app.exception
        assert engine.store.get(run.id).status.state == "stopped"


def test_a_list_that_cannot_be_written_is_told(engine, monkeypatch):
    def refuse(path, body):
        raise OSError(28, os.strerror(28))

    app = open_page("train")
    monkeypatch.setattr("jobs.shelves.write_atomic", refuse)
    app.button(key="train").click().run()
    assert not app.exception
    assert "the disk is full" in messages(app)


def opened(browser, address):
    page = browser.new_context().new_page()
    page.goto(address)
    return page


def every(page, condition):
    page.wait_for_function(f"{FIRST}?.columns.length == 2 && {FIRST}.columns.every(c => {condition})", timeout=120_000)


def trained(page):
    """Press Train and wait for frames."""
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.recording.active && c.recording.frames.length > 2")
    page.wait_for_url("**runs=*")
    return page.url.partition("?")[2]


def test_a_closed_browser_changes_nothing(browser, tmp_path, scheduler):
    runs = tmp_path / "runs"
    with running_app(runs, LATENT_LAB_SCHEDULER=scheduler) as (address, _):
        page = opened(browser, f"{address}/train?epochs=300")
        query = trained(page)
        page.context.close()
        store = Store(runs, runs)
        until(lambda: [run.status.state for run in store.look()[0]] == ["done", "done"], 120)
        page = opened(browser, f"{address}/train?{query}")
        counts = sorted(run.frame_count for run in store.look()[0])
        every(page, f"c.recording.status?.state == 'done' && [{counts[0]}, {counts[-1]}].includes(c.recording.frames.length)")
        page.context.close()


def test_two_replicas_of_the_app_are_one_lab(browser, tmp_path, scheduler):
    runs = tmp_path / "runs"
    with ExitStack() as apps:
        (here, process), (there, _) = (apps.enter_context(running_app(runs, LATENT_LAB_SCHEDULER=scheduler)) for _ in range(2))
        first = opened(browser, f"{here}/train?epochs=2000")
        second = opened(browser, f"{there}/train?epochs=2000")
        every(second, "c.frame")
        query = trained(first)
        assert trained(second) == query  # the same runs, whose frames come to both
        assert len(Store(runs, runs).look()[0]) == 2
        second.get_by_role("button", name="Stop", exact=True).click()
        for page in (first, second):
            every(page, "c.recording.status?.state == 'stopped'")
        process.kill()
        second.reload()
        every(second, "c.recording.status?.state == 'stopped' && c.frame")
        assert second.get_by_test_id("stException").count() == 0
        for page in (first, second):
            page.context.close()
