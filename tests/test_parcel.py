"""Files that browsers keep, as they travel to this machine and to others."""

import asyncio
import gzip
import threading
import time

import pytest
from starlette.requests import Request

from ui import first_paint, scripts
from ui.parcel import Parcel

TEXT = b"const a = 1;\n" * 1000


def asked(host, accept="gzip, deflate, br"):
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode()), (b"accept-encoding", accept.encode())]}
    )


def answered(name, *requests):
    """The answers to requests that come at once, and how often the file was read for them."""
    reads = []

    def read():
        reads.append(name)
        return TEXT

    async def together():
        parcel = Parcel(name, read)
        return await asyncio.gather(*(parcel.answer(request) for request in requests))

    return asyncio.run(together()), len(reads)


@pytest.mark.parametrize("name", ["some.js", "some.css"])
@pytest.mark.parametrize("host", ["192.168.1.7:8501", "lab.local", "lab.example.org"])
def test_scripts_go_squeezed_to_other_machines(name, host):
    (answer,), _ = answered(name, asked(host))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.body) < len(TEXT) / 4
    assert gzip.decompress(answer.body) == TEXT


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("some.js", asked("localhost:8501")),
        ("some.js", asked("127.0.0.1")),
        ("some.js", asked("lab.local", "br")),
        ("some.woff2", asked("lab.local")),
    ],
)
def test_they_go_as_they_are_where_squeezing_gains_nothing_or_cannot_be_undone(name, request_):
    (answer,), _ = answered(name, request_)
    assert "Content-Encoding" not in answer.headers
    assert answer.body == TEXT


def test_a_class_that_comes_at_once_has_a_script_squeezed_once():
    answers, reads = answered("some.js", *[asked("lab.local")] * 30)
    assert reads == 1
    assert {gzip.decompress(answer.body) for answer in answers} == {TEXT}


def test_what_can_wait_lets_a_browser_have_all_its_scripts_first(monkeypatch):
    monkeypatch.setattr(scripts, "COMES_AT_ONCE", 30)
    monkeypatch.setattr(scripts, "PAUSE", 0.5)
    scripts._asked.clear()
    waiting = threading.Thread(target=scripts.let_pass, daemon=True)
    waiting.start()
    for _ in range(5):
        asyncio.run(scripts.script(Request({"type": "http", "method": "GET", "headers": [], "path_params": {"name": "none"}})))
        time.sleep(0.1)
        assert waiting.is_alive()
    waiting.join(20)
    assert not waiting.is_alive()


def test_it_does_not_wait_long_for_a_browser_that_does_not_come(monkeypatch):
    monkeypatch.setattr(scripts, "COMES_AT_ONCE", 0.01)
    scripts._asked.clear()
    waiting = threading.Thread(target=scripts.let_pass, daemon=True)
    waiting.start()
    waiting.join(20)
    assert not waiting.is_alive()


def test_the_style_that_a_page_links_to_has_what_its_first_paint_needs():
    (name,) = (name for name in scripts._there() if name.startswith("css/index."))
    answer = asyncio.run(scripts._there()[name].answer(asked("localhost")))
    there = (scripts.FOLDER / name).read_bytes()
    assert answer.body == there + first_paint.STYLE.encode()
    assert f"./static/{name}" in (scripts.FOLDER.parent / "index.html").read_text(encoding="utf-8")
