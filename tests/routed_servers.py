"""A real Envoy before one server of each version, and its users."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from envoy_process import Envoy, Pod, envoy_running
from routings import NEW, OLD, routing

from trainyard.model_deployments.traffic.mode import Routing


@contextmanager
def answering(name: str) -> Iterator[int]:
    """A server that is ready and answers every path with its name; yields its port."""

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response(200)
            self.send_header("content-length", str(len(name)))
            self.end_headers()
            self.wfile.write(name.encode())

        do_POST = do_GET  # noqa: N815 — the library's name

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def router(found: Routing, folder: Path) -> Iterator[Envoy]:
    """An Envoy before one pod of each version."""
    with ExitStack() as stack:
        pods = {name: [Pod(stack.enter_context(answering(name)))] for name in (OLD, NEW)}
        yield stack.enter_context(envoy_running(found, pods, folder))


@contextmanager
def router_before(folder: Path, port: int, grpc_port: int | None = None) -> Iterator[Envoy]:
    """An Envoy before one server, of which all requests are."""
    spoken = frozenset({OLD} if grpc_port else ())
    found = replace(
        routing(stable=100), revisions=(OLD,), grpc=spoken, grpc_is_open=bool(grpc_port)
    )
    with envoy_running(found, {OLD: [Pod(port, grpc_port)]}, folder) as running:
        yield running


def answer(address: str, path: str = "/", **headers: str) -> tuple[int, str]:
    """Return status and text of the answer to a POST of one byte."""
    connection = http.client.HTTPConnection(address, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", path, body=b"x", headers=named)
        found = connection.getresponse()
        return found.status, found.read().decode()
    finally:
        connection.close()
