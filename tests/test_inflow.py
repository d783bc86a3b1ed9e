"""Uploaded files lie in memory; no more of them than there is room for, whoever sends them and however."""

import asyncio
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui import inflow
from ui.inflow import BROKEN_OFF, FULL, Inflow
from ui.server import MIDDLEWARE

MEGA = 1_000_000


class Upload:
    """Streamlit's side: keeps the body of each request, which the test hands over."""

    def __init__(self):
        self.manager, self.wait = MemoryUploadedFileManager("/_stcore/upload_file"), asyncio.Event()
        self.wait.set()
        self.inflow = Inflow(self.keep, lambda: self.manager.file_storage)

    async def keep(self, scope, receive, send):
        await self.wait.wait()
        session, name = scope["path"].rsplit("/", 2)[1:]
        self.manager.add_file(session, UploadedFileRec(name, name, "", await Request(scope, receive).body()))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def put(self, session, name, size, told=True, method="PUT", base=""):
        """The status that one request is answered with, and the answer's words."""

        async def receive():
            return {"type": "http.request", "body": bytes(size)}

        return await self.request(session, name, size, receive, told, method, base)

    async def request(self, session, name, size, receive, told=True, method="PUT", base=""):
        heard = []

        async def send(message):
            heard.append(message)

        path = f"{base}/_stcore/upload_file/{session}/{name}"
        headers = [(b"content-length", str(size).encode())] if told else []
        await self.inflow({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
        return heard[0]["status"], b"".join(message.get("body", b"") for message in heard).decode()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(inflow, "EACH", 5 * MEGA)
    monkeypatch.setattr(inflow, "ALL", 12 * MEGA)
    monkeypatch.setattr(inflow, "LARGEST", 3 * MEGA)


def carried_out(test):
    def run(small):
        asyncio.run(test())

    run.__name__ = test.__name__
    return run


@carried_out
async def test_files_beyond_a_sessions_room_are_refused():
    upload = Upload()
    assert [(await upload.put("ann", str(number), MEGA))[0] for number in range(6)] == [204] * 4 + [413] * 2
    assert await upload.put("ann", "more", 2 * MEGA, base="/lab") == (413, FULL)
    assert (await upload.put("ben", "0", MEGA))[0] == 204
    upload.manager.remove_file("ann", "0")
    assert (await upload.put("ann", "again", MEGA))[0] == 204


@carried_out
async def test_all_sessions_together_have_room_for_so_much():
    upload = Upload()
    came = [(await upload.put(f"session {number}", "file", 3 * MEGA))[0] for number in range(5)]
    assert came == [204] * 3 + [413] * 2
    upload.manager.remove_session_files("session 0")
    assert (await upload.put("session 9", "file", 3 * MEGA))[0] == 204


@carried_out
async def test_a_file_that_does_not_say_how_long_it_is_counts_as_the_largest():
    upload = Upload()
    assert (await upload.put("ann", "0", 3 * MEGA, told=False))[0] == 204
    assert (await upload.put("ann", "1", 10, told=False))[0] == 413
    assert (await upload.put("ann", "1", 10))[0] == 204


@carried_out
async def test_files_on_their_way_count_too():
    upload = Upload()
    upload.wait.clear()
    under_way = [asyncio.create_task(upload.put("ann", str(number), 2 * MEGA)) for number in range(5)]
    await asyncio.sleep(0)
    upload.wait.set()
    assert [(await one)[0] for one in under_way] == [204, 204, 413, 413, 413]
    assert upload.inflow._coming == []


def coming(*waits, ends=True):
    """A body in parts of ten bytes, each after so many seconds by the loop's clock; without an end, no more comes after them."""
    loop, left = asyncio.get_running_loop(), list(waits)
    true, skipped = loop.time, [0.0]
    loop.time = lambda: true() + skipped[0]

    async def receive():
        if not left:
            skipped[0] += inflow.PATIENCE + 1
            await asyncio.Event().wait()
        skipped[0] += left.pop(0)
        await asyncio.sleep(0)
        return {"type": "http.request", "body": bytes(10), "more_body": bool(left) or not ends}

    return receive


@carried_out
async def test_a_file_that_stops_coming_gives_its_room_back():
    upload = Upload()
    broken_off = upload.request("ann", "0", 3 * MEGA, coming(1, 1, ends=False))
    assert await asyncio.wait_for(broken_off, inflow.PATIENCE + 40) == (408, BROKEN_OFF)
    assert upload.inflow._coming == []
    assert not upload.manager.file_storage


@carried_out
async def test_a_file_that_comes_slowly_is_waited_for():
    upload = Upload()
    assert (await upload.request("ann", "0", 100, coming(*[inflow.PATIENCE - 15] * 10)))[0] == 204
    assert len(upload.manager.file_storage["ann"]["0"].data) == 100


@carried_out
async def test_files_without_content_take_room_as_well():
    upload = Upload()
    came = [(await upload.put("ann", str(number), 0))[0] for number in range(5 * MEGA // inflow.BESIDE + 5)]
    assert came[-1] == 413
    assert 1000 < came.index(413) < 3000


@carried_out
async def test_other_requests_pass():
    upload = Upload()
    assert (await upload.put("ann", "0", 9 * MEGA, method="DELETE"))[0] == 204


def test_it_asks_streamlit_what_is_kept(monkeypatch):
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    manager.add_file("ann", UploadedFileRec("0", "0", "", b"here"))
    monkeypatch.setattr(Runtime, "_instance", SimpleNamespace(uploaded_file_mgr=manager))
    assert inflow.in_streamlit()["ann"]["0"].data == b"here"
    assert isinstance(Runtime.uploaded_file_mgr, property)


def test_the_app_has_it():
    assert Inflow in [one.cls for one in MIDDLEWARE]
