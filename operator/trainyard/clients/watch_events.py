"""What happens to the objects of a kind, as the API server tells it?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import client

from trainyard.clients.faults import Unavailable, fault_of
from trainyard.clients.kinds import Kind
from trainyard.clients.login import open_watch_session

LINE_BYTES = 2**20
"""Of one event twice as much is read: annotations alone may have 256 KiB, before escapes."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED; OPENED, without an object, when the API server begins to tell;
    BOOKMARK, whose object is nothing but a version."""
    object: dict[str, Any]

    @property
    def version(self) -> str:
        """From where a watch goes on that saw this event; empty where it says nothing of that."""
        return str(self.object.get("metadata", {}).get("resourceVersion", ""))


class WatchEvents:
    """Watches one collection at a time; every fault is a `ClusterFault`."""

    def __init__(self, configuration: client.Configuration) -> None:
        self._host = configuration.host
        self._session = open_watch_session(configuration)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def since(
        self, kind: Kind, namespace: str, version: str, *, lasting: int, silent: int
    ) -> AsyncIterator[Event]:
        """Yield what happens after `version`, until the API server ends the watch.

        It does so after `lasting` seconds; `silent` seconds later the line is dead. Raises
        ClusterFault, of type Gone where the version is too old.
        """
        named = f"watch {kind.path(namespace)}"
        query = {
            "watch": "true",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(lasting),
        }
        try:
            async with self._session.get(
                f"{self._host}{kind.path(namespace)}?{urlencode(query)}",
                headers={"Accept": kind.media_type()},
                timeout=aiohttp.ClientTimeout(total=lasting + silent),
                read_bufsize=LINE_BYTES,
                allow_redirects=False,
            ) as answer:
                if answer.status != 200:
                    raise fault_of(named, answer.status, await answer.read())
                yield Event("OPENED", {})
                async for line in answer.content:
                    yield _event(named, line)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
            raise Unavailable(named, 0, f"{type(fault).__name__} {fault}".strip()) from fault


def _event(named: str, line: bytes) -> Event:
    found = json.loads(line)
    try:
        event = Event(str(found["type"]), dict(found["object"]))
    except (TypeError, LookupError) as fault:
        raise ValueError("a line is no event") from fault
    if event.type == "ERROR":
        code = int(event.object.get("code") or 500)
        raise fault_of(named, code, json.dumps(event.object))
    return event
