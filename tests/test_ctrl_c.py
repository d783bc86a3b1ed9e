"""Ctrl-C in the terminal goes to every process that stands in it, and so also to those that have only just begun."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0", "--server.address", "127.0.0.1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such groups of processes")
@pytest.mark.parametrize(("begun", "later"), [(1, 0.1), (1, 0.4), (2, 0.1), (5, 0.1)])  # processes: keys; scheduler; workers; seconds
def test_ctrl_c_while_processes_start_ends_all_without_a_traceback(tmp_path, begun, later):
    environment = os.environ | {"LATENT_LAB_RUNS": str(tmp_path / "runs")}
    with open(tmp_path / "log", "w") as log:
        app = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while len(children := psutil.Process(app.pid).children(recursive=True)) < begun:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(later)
        os.killpg(app.pid, signal.SIGINT)
        app.wait(20)
        _gone, alive = psutil.wait_procs(children, 5)
        assert not alive
    finally:
        app.kill()
    assert "Traceback" not in (tmp_path / "log").read_text()
