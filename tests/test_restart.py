"""What a server leaves behind: finished runs are there again after it was stopped, or killed, and started anew."""

import json
import os
import signal

import pytest
from conftest import running_app
from screen import FIRST


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_restarted_server_shows_the_runs_that_were_finished(browser, tmp_path, scheduler, ending):
    runs = tmp_path / "runs"
    with browser.new_context() as context:
        page = context.new_page()
        with running_app(runs) as (address, process):
            page.goto(f"{address}/train?epochs=4")
            page.get_by_role("button", name="Train", exact=True).click()
            finished = "c => !c.run.id.startsWith('p-') && c.recording.status?.state == 'done'"
            page.wait_for_function(f"{FIRST}?.columns.length == 2 && {FIRST}.columns.every({finished})", timeout=120_000)
            page.wait_for_url("**runs=*")
            query = page.url.partition("?")[2]
            before = page.evaluate(f"{FIRST}.columns.map(c => c.recording.frames.length)")
            page.goto("about:blank")
            process.send_signal(ending)
            process.wait(20)
        if os.name == "posix":
            assert not [path for path in runs.rglob("*") if path.stat().st_mode & 0o077]  # for this account alone
        with running_app(runs, LATENT_LAB_SCHEDULER=scheduler) as (address, _):  # it need not train
            page.goto(f"{address}/train?{query}")
            lengths = json.dumps(before, separators=(",", ":"))
            page.wait_for_function(f"JSON.stringify({FIRST}?.columns.map(c => c.recording.frames.length)) == '{lengths}'")
            assert page.evaluate(f"{FIRST}.columns.every(c => c.recording.status.state == 'done')")
