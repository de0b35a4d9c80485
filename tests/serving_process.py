"""A real model server in a process of its own, and a plain HTTP client for it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from free_port import free_port

SERVING_IMAGE = Path(__file__).parents[1] / "serving-image"
MODEL = "tumours"
REVISION = "tumours-1a2b3c4d5e"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """One connection per request, unless `connection` is given."""

    port: int

    def get(self, path: str, method: str = "GET") -> Reply:
        """The reply to a request without a body."""
        return self.send(method, path)

    def post(self, path: str, document: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply to a body: JSON of the document, or bytes as they are."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.send("POST", path, body, headers or {})

    def infer(self, document: Any) -> Reply:
        """The reply of the model's infer endpoint."""
        return self.post(f"/v2/models/{MODEL}/infer", document)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read())
        finally:
            connection.close()

    def raw(self, *parts: bytes, pause: float = 0.05) -> bytes:
        """All bytes that come back to these bytes, sent one after the other."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            received = b""
            try:
                for part in parts:
                    connection.sendall(part)
                    time.sleep(pause)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server has closed; what it said before is read below
            while chunk := _received(connection):
                received += chunk
            return received


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


@dataclass(slots=True)
class Running:
    """A server process and its client."""

    process: subprocess.Popen[bytes]
    client: Client
    errors: Path

    def terminate(self) -> None:
        """Sends SIGTERM, as a kubelet does."""
        self.process.send_signal(signal.SIGTERM)

    def error_lines(self) -> list[dict[str, Any]]:
        """The JSON lines on stderr so far."""
        return [json.loads(line) for line in self.errors.read_text().splitlines()]


def environment(directory: Path, digest: str, **changes: str) -> dict[str, str]:
    """The environment that the operator would set, with these changes."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{SERVING_IMAGE}:{Path(__file__).parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRAINYARD_BUNDLE_DIGEST": digest,
        "TRAINYARD_BUNDLE_DIR": str(directory),
        "TRAINYARD_MODEL_NAME": MODEL,
        "TRAINYARD_REVISION": REVISION,
        "TRAINYARD_HOST": "127.0.0.1",
        "TRAINYARD_DRAIN_SECONDS": "0",
        **changes,
    }


def run_to_end(
    environ: Mapping[str, str], *arguments: str, python: Sequence[str] = (sys.executable,)
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m modelserver` where it is expected to end by itself."""
    command = [*python, "-m", "modelserver", *arguments]
    return subprocess.run(
        command, env=dict(environ), capture_output=True, text=True, timeout=180, check=False
    )


@contextmanager
def running(
    environ: Mapping[str, str], errors: Path, python: Sequence[str] = (sys.executable,)
) -> Iterator[Running]:
    """A server that is ready; it is killed at the end if it still runs."""
    port = free_port()
    with errors.open("wb") as sink:
        process = subprocess.Popen(
            [*python, "-m", "modelserver"],
            env={**environ, "TRAINYARD_PORT": str(port)},
            stderr=sink,
        )
    try:
        _wait_until_ready(process, Client(port), errors)
        yield Running(process, Client(port), errors)
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], client: Client, errors: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"server ended with {process.returncode}: {errors.read_text()}")
        try:
            if client.get("/v2/health/ready").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"server not ready in 60 s: {errors.read_text()}")
