"""A session without a browser: Streamlit's websocket and nothing else, so that what is timed is the server."""

import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect


class PlainClient:
    """One student's session: ``await PlainClient.join(address)``, then ``await client.rerun(page)``."""

    def __init__(self, socket):
        self.socket = socket

    @classmethod
    async def join(cls, address):
        """Open a session at ``http://host:port``."""
        request = HTTPRequest(f"{address.replace('http', 'ws', 1)}/_stcore/stream", headers={"Origin": address})
        return cls(await websocket_connect(request, subprotocols=["streamlit"]))

    async def rerun(self, page, query=""):
        """Draw a page; returns the milliseconds until its last message, and how many bytes came."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        begin = time.perf_counter()
        await self.socket.write_message(message.SerializeToString(), binary=True)
        size = 0
        while (answer := await self.socket.read_message()) is not None:
            size += len(answer)
            if ForwardMsg.FromString(answer).WhichOneof("type") == "script_finished":
                return (time.perf_counter() - begin) * 1e3, size
        raise ConnectionError("the server closed the session")

    def leave(self):
        """End the session."""
        self.socket.close()
