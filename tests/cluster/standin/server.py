"""A model server whose faults are written in its bundle digest, for tests of rollouts.

Digest `sha256:EEDDDKVBB…`: EE percent of the requests fail, each answer takes DDD milliseconds, K
is 0 (serves), 1 (exits at the start), 2 (never ready), 3 (fetch refuses), V tells versions of the
same behaviour apart, and each answer takes BB milliseconds of a processor. The environment and the
paths are those of the real server. A running server is made ill by a word in the file /tmp/ill:
`unready`, `failing` (each answer is 500) or `dead` (it exits).
"""

import json
import os
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DIGEST = os.environ["TRAINYARD_BUNDLE_DIGEST"].removeprefix("sha256:")
FAILING, DELAY, KIND = int(DIGEST[:2]) / 100, int(DIGEST[2:5]) / 1000, DIGEST[5]
BURNT = int(DIGEST[7:9]) / 1000
ILL = Path("/tmp/ill")  # noqa: S108 - the pod's own emptyDir
EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 10.0)


def illness() -> str:
    return ILL.read_text() if ILL.exists() else ""


class Numbers:
    """What /metrics shows, and whether the server is on its way out."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.codes: dict[int, int] = {}
        self.within = [0] * (len(EDGES) + 1)
        self.leaving = False

    def count(self, code: int, seconds: float) -> None:
        with self.lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            for place, edge in enumerate((*EDGES, float("inf"))):
                self.within[place] += seconds <= edge

    def page(self) -> str:
        revision = os.environ["TRAINYARD_REVISION"]
        with self.lock:
            lines = [
                f'trainyard_requests_total{{code="{code}",revision="{revision}"}} {count}'
                for code, count in self.codes.items()
            ]
            for edge, count in zip((*EDGES, "+Inf"), self.within, strict=True):
                labels = f'le="{edge}",revision="{revision}"'
                lines.append(f"trainyard_request_seconds_bucket{{{labels}}} {count}")
        return "\n".join(lines) + "\n"


NUMBERS = Numbers()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/v2/health/ready":
            if illness() == "dead":
                ILL.unlink()
                os._exit(1)
            ready = KIND != "2" and not NUMBERS.leaving and illness() != "unready"
            self.answer(200 if ready else 503, "{}")
        elif self.path == "/v2/health/live":
            self.answer(200, "{}")
        elif self.path == "/metrics":
            self.answer(200, NUMBERS.page())
        elif self.path.endswith("/example"):
            self.answer(200, json.dumps({"inputs": []}))
        else:
            self.answer(404, "{}")

    def do_POST(self) -> None:
        begun = time.monotonic()
        self.rfile.read(int(self.headers.get("content-length") or 0))
        time.sleep(DELAY)
        until = time.thread_time() + BURNT
        while time.thread_time() < until:
            pass
        code = 500 if random.random() < FAILING or illness() == "failing" else 200
        NUMBERS.count(code, time.monotonic() - begun)
        self.answer(code, json.dumps({"outputs": []}))

    def answer(self, code: int, text: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("content-length", str(len(body)))
        self.send_header("trainyard-bundle", f"sha256:{DIGEST}")
        self.send_header("trainyard-revision", os.environ["TRAINYARD_REVISION"])
        if NUMBERS.leaving:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def leave(*_: object) -> None:
    NUMBERS.leaving = True
    threading.Timer(int(os.environ["TRAINYARD_DRAIN_SECONDS"]), os._exit, (0,)).start()


def main() -> None:
    if sys.argv[1:] == ["fetch"]:
        if KIND == "3":
            Path("/dev/termination-log").write_text("the bundle does not match its digest")
            sys.exit(14)
        return
    if KIND == "1":
        sys.exit("this version cannot start")
    signal.signal(signal.SIGTERM, leave)
    ThreadingHTTPServer.request_queue_size = 256  # 5 would drop connections in a burst
    server = ThreadingHTTPServer(("0.0.0.0", 8080), Handler)
    server.daemon_threads = True
    server.serve_forever()


main()
