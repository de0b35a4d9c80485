"""What a real Envoy says itself, and to whom it listens how long."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest
from envoy_process import Envoy
from routed_servers import answer, router
from routings import OLD, routing

from trainyard.model_deployments.traffic import envoy_bootstrap
from trainyard.model_deployments.traffic.envoy_replies import REPLIES


def raw(running: Envoy, request: bytes, seconds: float = 10) -> tuple[bytes, dict[str, str], bytes]:
    """Return status line, headers and body of the answer to these bytes."""
    host, _, port = running.address.rpartition(":")
    with socket.create_connection((host, int(port)), seconds) as connection:
        connection.sendall(request)
        text = b""
        with suppress(ConnectionResetError):  # the rest of a long request meets nobody
            while piece := connection.recv(65536):
                text += piece
    head, _, body = text.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = (line.decode().partition(": ") for line in lines)
    return status, {name.lower(): value for name, _, value in headers}, body


def error(body: bytes | str) -> str:
    """Return the sentence of an answer as servers give it."""
    found = json.loads(body)
    assert ["error"] == list(found)
    return str(found["error"])


def test_nobody_to_ask_is_told_as_a_server_would(tmp_path: Path) -> None:
    """And when to come again."""
    with router(routing(), tmp_path) as running:
        status, headers, body = raw(
            running, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
        )
        assert b" 503 " in status
        assert ("application/json", "1") == (headers["content-type"], headers["retry-after"])
        assert "no version of this model is ready yet" == error(body)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(
            b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 70_000 + b"\r\n\r\n", 431, id="a long head"
        ),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(
            b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n", 400, id="a byte that no address has"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400, id="no length"
        ),
    ],
)
def test_what_is_no_request_is_refused_in_json(
    request_: bytes, status: int, tmp_path: Path
) -> None:
    """Clients of the protocol show the sentence instead of stumbling over its form."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        line, headers, body = raw(running, request_)
        assert f" {status} ".encode() in line
        if body:  # of some bytes Envoy makes no request at all, and says nothing
            assert (REPLIES[status], "application/json") == (error(body), headers["content-type"])


def test_http_1_0_is_answered(tmp_path: Path) -> None:
    """With or without a host, and with keep-alive where it is asked for."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        for host in (b"", b"host: a\r\n"):
            status, _, body = raw(running, b"GET / HTTP/1.0\r\n" + host + b"\r\n")
            assert b" 200 " in status
            assert OLD.encode() == body


def test_half_a_head_is_not_waited_for(tmp_path: Path) -> None:
    """After as long as a server would wait, in a sentence."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        begun = time.monotonic()
        status, _, body = raw(running, b"POST / HTTP/1.1\r\nHost: a\r\n", seconds=90)
        waited = time.monotonic() - begun
        assert b" 408 " in status
        assert REPLIES[408] == error(body)
        assert waited == pytest.approx(envoy_bootstrap.HEADERS_SECONDS, abs=10)


def test_an_answer_of_a_server_passes_as_it_is(tmp_path: Path) -> None:
    """Whatever its form."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        assert (200, OLD) == answer(running.address)
