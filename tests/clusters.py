"""A Dask cluster as the README starts one: processes that a test may kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
from ports import free_port

ROOT = Path(__file__).parent.parent


class DaskProcesses:
    """A scheduler at a fixed address, and workers; all are killed at the end of a ``with``."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._processes = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in self._processes:
            kill(process)

    def scheduler(self, *arguments, **settings):
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), *arguments, **settings)

    def worker(self, *arguments, **settings):
        return self._start("worker", self.address, "--nworkers", "1", "--nthreads", "1", *arguments, **settings)

    def _start(self, kind, *arguments, **settings):
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | {f"DASK_DISTRIBUTED__{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "dask", kind, *arguments, "--no-dashboard"]
        with (self.folder / "dask.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self._processes.append(process)
        return process


def kill(process):
    """End a process and its children as a crash would, and wait until they are gone."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        return
    for member in reversed(family):
        try:
            member.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    if isinstance(process, subprocess.Popen):
        process.wait()
    psutil.wait_procs(family, 5)
