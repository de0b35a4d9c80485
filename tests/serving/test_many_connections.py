"""More connections than there may be: who stays, who goes, and what one costs."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from serving_bundles import Sample
from serving_process import MODEL, Running, environment, running

READY = b"GET /v2/health/ready HTTP/1.1\r\nhost: x\r\n\r\n"
HALF = b"GET /v2/health/re"
TENSOR = {"name": "input", "shape": [1, 30], "datatype": "FP64", "data": [1.0] * 30}
BODY = json.dumps({"inputs": [TENSOR]})
INFER = (
    f"POST /v2/models/{MODEL}/infer HTTP/1.1\r\nhost: x\r\n"
    f"content-length: {len(BODY)}\r\n\r\n{BODY}"
).encode()


class Caller:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def send(self, data: bytes) -> None:
        """Sent."""
        self._socket.sendall(data)

    def ask(self, request: bytes) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer."""
        self.send(request)
        answer = http.client.HTTPResponse(self._socket)
        answer.begin()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    @property
    def open(self) -> bool:
        """False when the server has closed it."""
        self._socket.settimeout(0.05)
        try:
            return self._socket.recv(1) != b""
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            self._socket.settimeout(60)

    def close(self) -> None:
        """Closed."""
        self._socket.close()


@pytest.fixture
def server(tumours_sample: Sample, tmp_path: Path) -> Iterator[Running]:
    """It may have three connections."""
    environ = environment(
        tumours_sample.directory, tumours_sample.digest, TRAINYARD_MAX_CONNECTIONS="3"
    )
    with running(environ, tmp_path / "stderr") as started:
        yield started


@pytest.fixture
def callers(server: Running) -> Iterator[list[Caller]]:
    """Three connections that have asked and been answered, a sweep after each other."""
    time.sleep(1.1)  # that of the readiness probe is closed
    with ExitStack() as stack:
        found = []
        for _ in range(3):
            caller = Caller(server.client.port)
            stack.callback(caller.close)
            assert caller.ask(INFER)[0] == 200
            found.append(caller)
            time.sleep(1.1)
        yield found


def test_the_longest_silent_makes_room(server: Running, callers: list[Caller]) -> None:
    """The first has asked again since, so the second goes; the newcomer stays."""
    assert callers[0].ask(INFER)[0] == 200
    newcomer = Caller(server.client.port)
    status, headers = newcomer.ask(INFER)
    assert (200, True) == (status, "connection" not in headers)
    assert [True, False, True] == [caller.open for caller in callers]
    assert newcomer.ask(READY)[0] == 200
    newcomer.close()


def test_with_everybody_busy_probes_are_answered(server: Running, callers: list[Caller]) -> None:
    """All three are within a head. A probe and a scrape get through; a prediction is 503."""
    for caller in callers:
        caller.send(HALF)
    time.sleep(0.1)
    statuses = []
    for request in (READY, INFER, READY.replace(b"/v2/health/ready", b"/metrics")):
        caller = Caller(server.client.port)
        status, headers = caller.ask(request)
        statuses.append((status, headers["connection"], headers.get("retry-after")))
        assert not caller.open
        caller.close()
    assert [(200, "close", None), (503, "close", "1"), (200, "close", None)] == statuses
    assert callers[0].ask(READY[len(HALF) :])[0] == 200
    metrics = server.client.get("/metrics").body.decode()
    assert 'code="503"} 1\n' in metrics


def test_many_idle_connections_keep_no_probe_out(server: Running, callers: list[Caller]) -> None:
    """Two hundred newcomers that say nothing: each probe among them is answered."""
    for caller in callers:
        caller.send(HALF)
    time.sleep(0.1)
    with ExitStack() as stack:
        for number in range(200):
            caller = Caller(server.client.port)
            stack.callback(caller.close)
            if number % 20 == 0:
                assert caller.ask(READY)[0] == 200
    assert callers[0].open


def test_a_silent_connection_is_cheap(tumours_sample: Sample, tmp_path: Path) -> None:
    """A thousand that have asked once hold less than 8 KiB each of the server's memory."""
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    with running(environ, tmp_path / "stderr") as server, ExitStack() as stack:

        def connect(count: int) -> None:
            for _ in range(count):
                caller = Caller(server.client.port)
                stack.callback(caller.close)
                assert caller.ask(INFER)[0] == 200

        connect(200)
        before = _anonymous_kib(server)
        connect(1000)
        assert _anonymous_kib(server) - before < 8 * 1000


def _anonymous_kib(server: Running) -> int:
    rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if "Anonymous:" in line)
