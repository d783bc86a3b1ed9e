"""The app as the README starts it, on a free port and a store of its own."""

import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def machine():
    """One line that names this machine."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


@contextmanager
def app(folder, mnist, root=ROOT, **variables):
    """Start the app (or another one, in ``root``); yields its address, process and starting time. ``variables`` join its environment."""
    port = free_port()
    environment = os.environ | {"LATENT_LAB_RUNS": str(folder / "runs"), "LATENT_LAB_DATA": str(mnist or folder / "data")} | variables
    begin = time.perf_counter()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                break
            time.sleep(0.02)
        else:
            raise RuntimeError(f"the app did not start: {' '.join(command)}")
        yield f"http://localhost:{port}", process, begin
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


@contextmanager
def scheduler(workers=2):
    """A Dask scheduler and workers as processes of their own, as docs/deploy.md starts them; yields the scheduler's address."""
    address = f"tcp://127.0.0.1:{free_port()}"
    environment = os.environ | {"DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "16"}
    first = ["scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--no-dashboard"]
    more = ["worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--preload", "jobs.preload"]
    with ExitStack() as ended:
        for arguments in (first, *[more] * workers):
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            ended.callback(process.wait, 20)
            ended.callback(process.terminate)
        yield address
