"""What a real Envoy adds to the head of a request on its way to a server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from builders_serving import a_model_deployment
from envoy_process import Pod, envoy_running
from routed_servers import answer
from routings import OLD, routing

ID = b"x-request-id: "
HOW_LONG = {
    b"x-forwarded-proto: http",
    b"x-envoy-expected-rq-timeout-ms: 60000",
}
"""All that is added, to every request alike."""


@contextmanager
def listening() -> Iterator[tuple[int, list[Sequence[bytes]]]]:
    """A server that is healthy; yields its port, and the lines of each head of a POST."""
    heads: list[Sequence[bytes]] = []

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                head = [line.rstrip(), *(part.rstrip() for part in iter(stream.readline, b"\r\n"))]
                stream.read(sum(int(p[16:]) for p in head if p.startswith(b"content-length: ")))
                if line.startswith(b"POST"):
                    heads.append(head)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], heads
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("traffic", "headers", "ids"),
    [
        pytest.param({}, {}, 0, id="no identifier where nobody needs one"),
        pytest.param({}, {"x_request_id": "a-7"}, 1, id="that of the user"),
        pytest.param({"sticky": {}}, {}, 3, id="one for each request, by which users are assigned"),
    ],
)
def test_a_request_is_given_an_identifier_only_where_one_is_needed(
    traffic: dict[str, object], headers: dict[str, str], ids: int, tmp_path: Path
) -> None:
    """Else all heads of a client are alike, and no server reads and echoes what nobody set."""
    owner = a_model_deployment(traffic=traffic)
    found = replace(routing(stable=100), owner=owner, revisions=(OLD,))
    with (
        listening() as (port, heads),
        envoy_running(found, {OLD: [Pod(port)]}, tmp_path) as running,
    ):
        for _ in range(3):
            assert 200 == answer(running.address, **headers)[0]
    given = {line for head in heads for line in head if line.startswith(ID)}
    assert ids == len(given)
    assert not headers or {b"x-request-id: a-7"} == given
    plain = [[line for line in head if not line.startswith(ID)] for head in heads]
    assert [plain[0]] * 3 == plain
    sent = (b"POST", b"host: ", b"accept-encoding: ", b"content-length: ")
    assert HOW_LONG == {line for line in plain[0] if not line.startswith(sent)}
