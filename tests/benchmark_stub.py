"""A small server with the manners of a model server: what the tests of the benchmark measure.

It says 1 for a row whose first number is over 0. `STUB_BAD_EVERY`: each so many-th answer is 500.
`STUB_SECONDS`: how long it thinks. `STUB_CHILD`: it starts a process that leaves the session,
drops its environment and works.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from benchmarks.serving.process import Command, PinnedServer

READY = b"GET /v2/health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_CHILD = "import time\nx = bytearray(30 << 20)\nwhile True: sum(range(20000)); time.sleep(0.001)"


class Start(Protocol):
    """Starts the server with these variables."""

    def __call__(self, **environ: str) -> PinnedServer:
        """The server, which ends with the test."""


def stub(folder: Path, **environ: str) -> Command:
    """How the server is started."""
    from benchmarks.serving.process import Command

    return Command((sys.executable, str(Path(__file__)), "{port}"), folder, environ)


class Handler(BaseHTTPRequestHandler):
    """GET is ready, POST predicts."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    answered = 0

    def do_GET(self) -> None:
        """Ready."""
        self._answer(200, {})

    def do_POST(self) -> None:
        """Labels of the rows."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
        Handler.answered += 1
        if Handler.answered % int(os.environ.get("STUB_BAD_EVERY", "1000000000")) == 0:
            self._answer(500, {"error": "bad"})
            return
        rows, width = body["inputs"][0]["shape"]
        data = body["inputs"][0]["data"]
        labels = [int(data[row * width] > 0) for row in range(rows)]
        output = {"name": "predict", "datatype": "INT64", "shape": [rows], "data": labels}
        self._answer(200, {"outputs": [output]})

    def log_message(self, *_: Any) -> None:
        """Nothing is written."""

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """As many connections at once as the benchmark opens."""

    request_queue_size = 256


if __name__ == "__main__":
    if "STUB_CHILD" in os.environ:
        subprocess.Popen([sys.executable, "-c", _CHILD], env={}, start_new_session=True)
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
