"""Somebody's webhook, run in a pod: each alert that an Alertmanager posts is a line of JSON.

Standard library only, because it is mounted from a ConfigMap.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 9095
LARGEST_BODY = 1 << 20


def lines(message: dict[str, Any]) -> list[str]:
    """Return one line for each alert of a message."""
    return [
        json.dumps(
            {
                "name": alert["labels"]["alertname"],
                "status": alert["status"],
                "labels": alert["labels"],
                "summary": alert["annotations"].get("summary", ""),
            }
        )
        for alert in message["alerts"]
    ]


class Webhook(BaseHTTPRequestHandler):
    """Prints what it is told."""

    def do_POST(self) -> None:
        """Take one message."""
        length = int(self.headers.get("content-length", 0))
        if length > LARGEST_BODY:
            self.send_error(413)
            return
        for line in lines(json.loads(self.rfile.read(length))):
            print(line, flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing but alerts stands in the log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Webhook).serve_forever()
