"""A session without a browser: Streamlit's websocket and nothing else, so that what is timed is the server."""

import asyncio
import time
from contextlib import suppress
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

KEPT_FOR = 2  # whole runs; a browser keeps large messages for so long, and the server need not send them again
DONE, PART_DONE = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


class PlainClient:
    """One student's session: ``await PlainClient.join(address)``, then ``await client.rerun(page)``.

    Attributes:
        query: the page's address as the server last set it.
        widgets: ids of the widgets that were drawn, by their keys.
        parts: by the same keys, the part of the page that is drawn by itself when they change; empty for the whole page.
        problems: what the server drew as an exception.
        texts: every message of the server as it came, if ``keep`` was asked for.
    """

    def __init__(self, socket, lively, keep):
        self.socket, self.lively, self.keep = socket, lively, keep
        self.query, self.page_hash = "", ""
        self.widgets, self.parts, self.problems, self.texts = {}, {}, [], []
        self._size, self._asked, self._begun = 0, "", False
        self._finished = None
        self._timers, self._values = {}, {}
        self._large, self._runs = {}, 0  # large messages that a browser would have kept: hash → run in which it was last drawn
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def join(cls, address, host="", cookie="", lively=False, keep=False):
        """Open a session at ``http://host:port``.

        ``host`` is the name that the browser would have in its address bar, ``cookie`` what it would send. A ``lively`` session also runs
        the fragments that the page wants to be run again and again, as a browser does.
        """
        origin = f"http://{host}:{urlsplit(address).port}" if host else address
        headers = {"Origin": origin, "Host": origin.removeprefix("http://")} | ({"Cookie": cookie} if cookie else {})
        request = HTTPRequest(f"{address.replace('http', 'ws', 1)}/_stcore/stream", headers=headers)
        return cls(await websocket_connect(request, subprotocols=["streamlit"]), lively, keep)

    async def rerun(self, page="", query=""):
        """Draw a page; returns the milliseconds until its last message, and how many bytes came."""
        self.query = query  # as in the address bar, which fragments of the page before may still report
        self._values.clear()
        return await self._run(page_name=page, query_string=query)

    async def click(self, key):
        """Press the button with this key on the page that is drawn; returns as ``rerun`` does."""
        return await self._change(key, WidgetState(id=self.widgets[key], trigger_value=True))

    async def set(self, key, value):
        """Give the number input with this key another value; returns as ``rerun`` does."""
        self._values[key] = WidgetState(id=self.widgets[key], double_value=value)
        return await self._change(key)

    async def _change(self, key, *triggers):
        part = {"fragment_id": self.parts[key]} if self.parts[key] else {}
        return await self._run(page_script_hash=self.page_hash, query_string=self.query, states=triggers, **part)

    async def _run(self, states=(), **fields):
        begin = time.perf_counter()
        self._size, self._asked, self._begun = 0, fields.get("fragment_id", ""), False
        self._finished = asyncio.get_running_loop().create_future()
        await self._send(states, **fields)
        await self._finished
        return (time.perf_counter() - begin) * 1e3, self._size

    async def _send(self, states=(), **fields):
        message = BackMsg()
        for name, value in fields.items():
            setattr(message.rerun_script, name, value)
        message.rerun_script.cached_message_hashes.extend(self._large)
        message.rerun_script.widget_states.widgets.extend((*states, *self._values.values()))  # a browser tells all that was entered
        await self.socket.write_message(message.SerializeToString(), binary=True)

    async def _read(self):
        ended = ConnectionError("the server closed the session")
        try:
            await self._hear_all()
        except Exception as error:  # whoever waits for an answer must learn that none will come
            ended = error
        self._stop_timers()
        if self._finished is not None and not self._finished.done():
            self._finished.set_exception(ended)

    async def _hear_all(self):
        while (answer := await self.socket.read_message()) is not None:
            self._size += len(answer)
            self._hear(ForwardMsg.FromString(answer))
            if self.keep:
                self.texts.append(answer)

    def _hear(self, message):
        if known := message.ref_hash or (message.metadata.cacheable and message.hash):
            self._large[known] = self._runs
        match message.WhichOneof("type"):
            case "new_session" if parts := message.metadata.run.fragment_ids:
                self._begun |= self._asked in parts
            case "new_session":
                self._begun = True
                self._stop_timers()
            case "navigation":
                self.page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self._see(message.delta.new_element, message.delta.fragment_id)
            case "auto_rerun" if self.lively:
                wanted = message.auto_rerun
                self._stop_timers(wanted.fragment_id)
                self._timers[wanted.fragment_id] = asyncio.create_task(self._again(wanted.fragment_id, wanted.interval))
            case "stop_auto_rerun":
                self._stop_timers(*message.stop_auto_rerun.fragment_ids)
            case "script_finished" if message.script_finished in (DONE, PART_DONE) and self._begun:
                if message.script_finished == DONE:
                    self._runs += 1
                    self._large = {known: run for known, run in self._large.items() if self._runs - run <= KEPT_FOR}
                if self._finished is not None and not self._finished.done():
                    self._finished.set_result(None)

    def _see(self, element, part):
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind) if kind else None
        if kind == "exception":
            self.problems.append(drawn.message)
        if isinstance(name := getattr(drawn, "id", None), str) and name.startswith("$$ID-"):
            key = name.split("-", 2)[2]
            self.widgets[key], self.parts[key] = name, part

    async def _again(self, fragment, interval):
        with suppress(WebSocketClosedError):
            while True:
                await asyncio.sleep(interval)
                await self._send(fragment_id=fragment, is_auto_rerun=True, page_script_hash=self.page_hash, query_string=self.query)

    def _stop_timers(self, *parts):
        for part in parts or tuple(self._timers):
            if part in self._timers:
                self._timers.pop(part).cancel()

    def leave(self):
        """End the session."""
        self._stop_timers()
        self.socket.close()
