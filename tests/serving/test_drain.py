"""The end of a server whose model is slow: everything that was asked is answered."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest
from serving_bundles import Sample
from serving_process import MODEL, environment, running
from serving_slow_model import slow_bundle

_PIPELINED = 6


@pytest.fixture(scope="module")
def slow_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A model that takes 0.4 s per batch."""
    return slow_bundle(tmp_path_factory.mktemp("slow"), 0.4)


def _request(number: int) -> bytes:
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, 4], "data": [5.8, 3.0, 4.3, 1.3]}
    body = json.dumps({"id": f"r{number}", "inputs": [tensor]}).encode()
    head = (
        f"POST /v2/models/{MODEL}/infer HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _heard(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def test_sigterm_answers_what_is_pipelined(slow_sample: Sample, tmp_path: Path) -> None:
    """Six requests in one write on each of three connections; SIGTERM in the first batch."""
    environ = environment(slow_sample.directory, slow_sample.digest, TRAINYARD_MAX_BATCH_ROWS="2")
    with running(environ, tmp_path / "stderr") as server:
        address = ("127.0.0.1", server.client.port)
        connections = [socket.create_connection(address, timeout=30) for _ in range(3)]
        for connection in connections:
            connection.sendall(b"".join(_request(number) for number in range(_PIPELINED)))
        threading.Event().wait(0.2)
        server.terminate()
        found = [_heard(connection) for connection in connections]
        code = server.process.wait(30)
    for connection in connections:
        connection.close()
    for received in found:
        answers = received.split(b"HTTP/1.1 ")[1:]
        expected = [(b"200", b'"id":"r%d"' % number) for number in range(_PIPELINED)]
        seen = [(a[:3], name) for a, (_, name) in zip(answers, expected, strict=True) if name in a]
        assert expected == seen
        assert 1 == received.count(b"connection: close")
    assert (0, "") == (code, (tmp_path / "stderr").read_text())


def test_who_asks_at_the_last_moment_is_answered(slow_sample: Sample, tmp_path: Path) -> None:
    """Connections that nobody has accepted yet when SIGTERM comes, with no drain time at all."""
    environ = environment(slow_sample.directory, slow_sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        address = ("127.0.0.1", server.client.port)
        connections = []
        for number in range(20):
            connections.append(socket.create_connection(address, timeout=30))
            connections[-1].sendall(_request(number))
        server.terminate()
        found = [_heard(connection)[9:12] for connection in connections]
        code = server.process.wait(30)
    for connection in connections:
        connection.close()
    assert ([b"200"] * 20, 0) == (found, code)
