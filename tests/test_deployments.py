"""The commands of the README and of ``compose.yaml`` for a class, carried out on this machine: they fit together, and a pair is trained."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from clusters import kill
from conftest import ROOT, wait_healthy
from ports import free_port
from screen import every, sized, watched

from jobs.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these commands are for a POSIX shell")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
PROGRAMS = Path(sys.executable).parent


class Machine:
    """This one, in the place of all that a command names: their ports are free ones here, their folders lie below ``folder``."""

    def __init__(self, folder):
        self.folder, self.web, self.wire = folder, free_port(), free_port()
        self.settings = {"LATENT_LAB_RUNS": f"{folder}/runs", "LATENT_LAB_DATA": f"{folder}/data"}
        self.processes = ExitStack()

    def start(self, command, **settings):
        """Start a command of a shell; it is killed at the end."""
        with (self.folder / "log").open("ab") as log:
            environment = os.environ | self.settings | settings | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
            process = subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.processes.callback(kill, process)
        return process

    def train_a_pair(self, browser, app):
        """Press *Train* in the app, which has been started."""
        wait_healthy(self.web, app, self.folder / "log")
        with watched(browser, f"http://localhost:{self.web}", sized(1280, 900)) as page:
            page.goto("/train?epochs=3")
            page.get_by_role("button", name="Train", exact=True).click()
            every(page, "!c.run.id.startsWith('p-') && c.recording.status?.state == 'done' && c.frame")
        assert [run.status.state for run in Store(self.folder / "runs", self.folder / "none").look()[0]] == ["done", "done"]


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    with machine.processes:
        yield machine


def put_here(text, names):
    """A command with other names."""
    for there, here in names.items():
        text = text.replace(there, here)
    return text


def blocks():
    """The README's blocks of commands that start a scheduler, workers and the app, as lists of lines."""
    found = re.findall(r"^```bash\n(.+?)^```", README, re.M | re.S)
    return [block.splitlines() for block in found if "dask scheduler" in block]


@pytest.mark.parametrize("block", blocks(), ids=("loopback", "encrypted"))
def test_the_commands_for_a_class_train_a_pair(browser, machine, block):
    keys = f"{machine.folder}/keys"
    names = {".venv/bin/": f"{PROGRAMS}/", "8786": str(machine.wire), "first-machine": "127.0.0.1", "--nworkers 8": "--nworkers 2"}
    lines = [put_here(line, names | {"credentials keys": f"credentials {keys}", "keys.env": f"{keys}.env"}) for line in block]
    before = [line for line in lines if "credentials" in line]
    for line in before:
        subprocess.run(["bash", "-c", line], cwd=ROOT, check=True)
    source = f"source {keys}.env && " if before else ""
    *others, app = [line for line in lines if line not in before]
    assert len(others) == 2
    for line in others:
        machine.start(source + line)
    machine.train_a_pair(browser, machine.start(f"{source}{app.partition('#')[0]} --server.port {machine.web}"))


def test_the_services_of_compose_train_a_pair(browser, machine):
    of_image = dict(pair.split("=") for pair in re.search(r"^ENV (.+)$", DOCKERFILE, re.M).group(1).split())
    assert {name: f"{machine.folder}{path}" for name, path in of_image.items()} == machine.settings
    names = {"scheduler:8786": f"127.0.0.1:{machine.wire}", "8786": str(machine.wire), "/keys": f"{machine.folder}/keys"}

    def start(service, command):
        told = SERVICES[service]["environment"]
        return machine.start(put_here(command, names), **{name: put_here(value, names) for name, value in told.items()})

    for _ in range(2):  # keys that are there are kept
        assert start("keys", SERVICES["keys"]["command"]).wait() == 0
    for service in ("scheduler", "worker", "worker"):
        start(service, SERVICES[service]["command"])
    image_starts = shlex.join(json.loads(re.search(r"^CMD (.+)$", DOCKERFILE, re.M).group(1)))
    machine.train_a_pair(browser, start("app", f"{image_starts} --server.port {machine.web}"))
