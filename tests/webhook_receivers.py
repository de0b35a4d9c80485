"""Receivers of notifications: one that keeps what it takes, and real ones over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

from aiohttp import web

from trainyard.clients.addresses import NotDelivered
from trainyard.clients.webhooks import Webhooks
from trainyard.notifications.notification import Notification
from trainyard.notifications.posting import post
from trainyard.outbox import Outbox


@dataclass(slots=True)
class KeptNotifications:
    """See Webhooks: takes everything, unless it is closed."""

    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)

    async def post(self, receiver: str, body: bytes, content_type: str) -> None:
        """See Webhooks.post."""
        if receiver in self.closed:
            raise NotDelivered("it answers 503")
        self.taken.append((receiver, json.loads(body)))

    def reasons(self, receiver: str) -> list[str]:
        """Return what a receiver of CloudEvents was told, oldest first."""
        return [event["data"]["reason"] for name, event in self.taken if name == receiver]


def outbox_of(webhooks: Webhooks, clock: Callable[[], datetime]) -> Outbox[Notification]:
    """Return an outbox that posts there."""
    return Outbox(partial(post, webhooks), clock)


@dataclass(slots=True)
class HttpReceiver:
    """A server on a port of this machine."""

    url: str = ""
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Headers and body of each."""
    status: int = 200
    silent_seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        """Answer as it is told to."""
        body = json.loads(await request.text())
        await asyncio.sleep(self.silent_seconds)
        if self.status == 200:
            self.requests.append(({k.lower(): v for k, v in request.headers.items()}, body))
        return web.Response(status=self.status, text="secret of mine", headers=self.headers)


@asynccontextmanager
async def http_receiver() -> AsyncIterator[HttpReceiver]:
    """Give a receiver that listens."""
    receiver, app = HttpReceiver(), web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"{site.name}/hooks/T0/B0/xyz"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@contextmanager
def threaded_webhook() -> Iterator[tuple[int, Queue[dict[str, Any]]]]:
    """Give the port of a receiver in a thread of its own, and what was posted to it."""
    messages: Queue[dict[str, Any]] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is written beside the test's own output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, messages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
