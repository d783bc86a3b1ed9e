"""Small messages leave at once: the sockets on which the process listens do not wait for acknowledgements."""

import socket

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
