"""A listener that accepts no new connections, and loses none of its backlog."""

from __future__ import annotations

import errno
import select
import socket

import pytest

from modelserver.http.listener import stop_accepting


def _listening() -> socket.socket:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)
    return server


def test_the_backlog_is_still_accepted() -> None:
    """Connections made before the stop_accepting are accepted behind it, with what they said."""
    with _listening() as server, socket.create_connection(server.getsockname()) as early:
        assert stop_accepting(server.fileno())
        early.sendall(b"before")
        accepted, _ = server.accept()
        with accepted:
            early.sendall(b" and after")
            early.shutdown(socket.SHUT_WR)
            with accepted.makefile("rb") as said:
                assert b"before and after" == said.read()


def test_nobody_new_comes_in() -> None:
    """A client that comes later hears nothing, and is refused once the port is closed."""
    with _listening() as server, socket.socket() as late:
        stop_accepting(server.fileno())
        late.setblocking(False)
        assert errno.EINPROGRESS == late.connect_ex(server.getsockname())
        assert ([], [], []) == select.select([], [late], [], 0.3)
        server.close()
        select.select([], [late], [], 10)
        assert errno.ECONNREFUSED == late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def test_a_socket_that_takes_no_filter_is_told() -> None:
    """Then the port closes as it always did."""
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.close()
        with pytest.raises(OSError, match="Bad file descriptor"):
            stop_accepting(reading.fileno())
