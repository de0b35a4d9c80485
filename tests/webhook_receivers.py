"""Receivers of notifications: one that keeps what it takes, and a real one over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
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
