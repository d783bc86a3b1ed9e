"""Small messages leave at once: the sockets on which the process listens do not wait for acknowledgements. Collections are short."""

import gc
import socket
import threading

from ui import housekeeping
from ui.promptness import send_at_once


def test_connections_inherit_it_from_the_socket_that_accepts_them():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        before = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert send_at_once() >= 1
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert not before
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_was_there_at_the_start_is_set_aside_unless_the_server_ends_first(monkeypatch):
    monkeypatch.setattr(housekeeping, "SETTLED", 0.0)
    over = threading.Event()
    before = gc.get_freeze_count()
    try:
        housekeeping.set_aside(over)
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()
    over.set()
    housekeeping.set_aside(over)
    assert gc.get_freeze_count() == 0
