"""Which schedulers the lab talks to, and the keys of Dask's wire."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobs import credentials
from jobs.cluster import UNANSWERED, Cluster, ClusterError, open_cluster, private
from jobs.settings import TRUST

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("127.0.0.1:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://localhost:8786", True),
        ("tls://gpu.example.org:8786", True),
        ("tcp://192.168.1.4:8786", False),
        ("scheduler:8786", False),
        ("tcp://localhost.example.org:8786", False),
        ("ws://192.168.1.4:8786", False),
        ("", False),
    ],
)
def test_only_loopback_and_encrypted_addresses_are_private(address, good):
    assert private(address) is good


def test_an_open_address_is_refused_unless_told_in_so_many_words(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_SCHEDULER", "tcp://192.0.2.1:8786")
    monkeypatch.setenv(TRUST[0], "1")
    with pytest.raises(ClusterError, match=r"tls://.*LATENT_LAB_TRUST_NETWORK=nobody-else-can-reach-it"):
        open_cluster()
    monkeypatch.setenv(TRUST[0], TRUST[1])
    monkeypatch.setattr("jobs.cluster.CONNECT_TIMEOUT", 0.2)
    with pytest.raises(ClusterError, match="There is no Dask scheduler"):
        open_cluster()


class Hanging:
    """A client whose scheduler answers no more."""

    status = "running"

    def __init__(self):
        self.asked = 0

    def nthreads(self, callback_timeout):
        self.asked += 1
        raise TimeoutError


def test_a_scheduler_that_gives_no_answer_is_asked_seldom(monkeypatch):
    now = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    client = Hanging()
    cluster = Cluster(client, None, "")
    assert [cluster.slots() for _ in range(30)] == [0] * 30
    assert client.asked == 1
    now[0] += UNANSWERED
    assert cluster.slots() == 0
    assert client.asked == 2


def test_keys_are_for_their_owner_alone_and_are_never_overwritten(tmp_path):
    folder = tmp_path / "keys"
    command = [sys.executable, "-m", "jobs.credentials", str(folder)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert told.splitlines() == [f"export {name}={value}" for name, value in credentials.environment(folder).items()]
    before = (folder / credentials.KEY).read_bytes()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode != 0
    assert "Traceback" not in again.stderr
    assert (folder / credentials.KEY).read_bytes() == before
