import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from devcluster.health import answers_ok, listens, listens_on


class Answer(BaseHTTPRequestHandler):
    """Healthy at one path only."""

    def do_GET(self) -> None:
        """Answers 200 or 503."""
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Nothing is written."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a running server."""
    with HTTPServer(("127.0.0.1", 0), Answer) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_only_200_is_healthy(server: str) -> None:
    """Not ready yet, and nobody there, are both no."""
    assert answers_ok(f"{server}/healthz")
    assert not answers_ok(f"{server}/readyz")
    assert not answers_ok("http://127.0.0.1:1/healthz")


def test_a_missing_authority_is_not_an_error(tmp_path: Path) -> None:
    """While certificates are being made the answer is no, not a traceback."""
    assert not answers_ok("https://127.0.0.1:1/readyz", tmp_path / "ca.crt")


def test_listening(tmp_path: Path) -> None:
    """Sockets of both families are found when somebody accepts."""
    path = tmp_path / "s"
    assert not listens(path)
    with socket.socket(socket.AF_UNIX) as local, socket.socket() as net:
        local.bind(str(path))
        local.listen()
        net.bind(("127.0.0.1", 0))
        port = net.getsockname()[1]
        assert not listens_on("127.0.0.1", port)
        net.listen()
        assert listens(path)
        assert listens_on("127.0.0.1", port)
