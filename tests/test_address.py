"""The lab says where it is, and asks nobody outside for it."""

import http.client
import re
import socket
import threading
from urllib.parse import urlsplit

import pytest
from conftest import running_app
from streamlit import config, net_util

from ui import address

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
def outside():
    """Stands where a proxy to the internet would: what sends a program there, and the first line of each request that came."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), proxy)
        variables |= dict.fromkeys(("no_proxy", "NO_PROXY"), "localhost,127.0.0.1")

        def answer():
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    asked.append(caller.recv(500).split(b"\r\n")[0].decode(errors="replace"))

        threading.Thread(target=answer, daemon=True).start()
        yield variables, asked


def knock(at, origin):
    """The status with which a websocket from a page of ``origin`` is answered."""
    connection = http.client.HTTPConnection(urlsplit(at).netloc, timeout=15)
    connection.request("GET", "/_stcore/stream", headers=HANDSHAKE | {"Origin": origin})
    status = connection.getresponse().status
    connection.close()
    return status


def test_neither_a_start_nor_a_foreign_page_makes_the_lab_ask_outside(outside, tmp_path):
    """Streamlit asks a server of Amazon for this machine's address on the internet, at both occasions."""
    variables, asked = outside
    with running_app(tmp_path / "runs", **variables) as (at, _):
        assert knock(at, at) == 101
        assert knock(at, "http://foreign.example") == 403
        log = (tmp_path / "log").read_text()
    assert not asked
    assert re.search(rf"Local URL: {re.escape(at)}\n", log)
    assert "WARNING" not in log


@pytest.mark.parametrize(
    ("bound", "network", "places"),
    [
        (None, "192.0.2.7", {"Local URL": "http://localhost:8501", "Network URL": "http://192.0.2.7:8501"}),
        ("0.0.0.0", "192.0.2.7", {"Local URL": "http://localhost:8501", "Network URL": "http://192.0.2.7:8501"}),
        (None, "127.0.0.1", {"Local URL": "http://localhost:8501"}),
        ("127.0.0.1", "192.0.2.7", {"Local URL": "http://127.0.0.1:8501"}),
    ],
)
def test_the_addresses_are_those_under_which_a_browser_finds_the_lab(monkeypatch, bound, network, places):
    options = {"server.address": bound, "server.port": 8501, "server.baseUrlPath": "", "browser.serverPort": 8501}
    monkeypatch.setattr(config, "get_option", lambda name: options.get(name))
    monkeypatch.setattr(config, "is_manually_set", lambda name: False)
    monkeypatch.setattr(net_util, "get_internal_ip", lambda: network)
    assert address.places() == places
