"""What is watched of the ConfigMaps of users, whatever the API server says.

Proves: operator/trainyard/clients/watch_events.py
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio import client

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.kinds import KINDS
from trainyard.clients.watch_events import WatchEvents
from trainyard.process import metadata_watch
from trainyard.process.kopf_wiring import Watching
from trainyard.process.metadata_watch import MetadataWatch, watch_metadata
from trainyard.process.open_streams import OpenStreams
from trainyard.reconciling.cache import Scope

SCOPE = Scope("ConfigMapMetadata", "ns")


def line(type_: str, version: int, **more: Any) -> bytes:
    """Return a line of a watch."""
    metadata = {"namespace": "ns", "name": "files", "resourceVersion": str(version)}
    return json.dumps({"type": type_, "object": {"metadata": metadata, **more}}).encode() + b"\n"


def error(code: int | None) -> bytes:
    """Return the line by which a watch says that something went wrong."""
    return json.dumps({"type": "ERROR", "object": {"code": code}}).encode() + b"\n"


@dataclass(slots=True)
class ApiServer:
    """Lists at version 10 and says on each watch what its turn is; the last one stays open."""

    watches: list[bytes | int]
    lists: int = 0
    since: list[str] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer as far as a watch needs it."""
        self.accepted.add(request.headers["Accept"])
        if "watch" not in request.query:
            self.lists += 1
            return web.json_response({"metadata": {"resourceVersion": "10"}, "items": []})
        said = self.watches[len(self.since)]
        self.since.append(request.query["resourceVersion"])
        if isinstance(said, int):
            return web.Response(status=said)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(said)
        if len(self.since) == len(self.watches):
            await asyncio.sleep(60)
        return response


@dataclass(slots=True)
class Told:
    """What the watch told."""

    events: list[tuple[str, str]] = field(default_factory=list)
    listed: list[Scope] = field(default_factory=list)
    streams: OpenStreams = field(default_factory=lambda: OpenStreams(monotonic))

    def on_event(self, kind: str, type_: str | None, raw: Any) -> None:
        """Take note."""
        self.events.append((str(type_), raw["metadata"]["resourceVersion"]))

    async def until(self, count: int) -> None:
        """Return when so many events were told."""
        async with asyncio.timeout(60):
            while len(self.events) < count:  # noqa: ASYNC110 — no event tells
                await asyncio.sleep(0.01)


@asynccontextmanager
async def told_of(api: ApiServer) -> AsyncIterator[Told]:
    """Give what is told while the collection is watched."""
    app, told = web.Application(), Told()
    app.router.add_get("/{path:.*}", api.answer)
    async with TestServer(app) as server:
        configuration = client.Configuration(host=str(server.make_url("")).rstrip("/"))
        cluster = KubernetesCluster(configuration)
        looked_at = Watching((), (), ("ns",), told.on_event, told.listed.append, told.streams)
        watched = MetadataWatch(KINDS[SCOPE.kind], SCOPE, cluster, looked_at)
        task = asyncio.create_task(watch_metadata(WatchEvents(configuration), [watched]))
        try:
            yield told
        finally:
            task.cancel()
            await asyncio.wait({task})
            await cluster.close()


@pytest.mark.parametrize(
    ("said", "since"),
    [
        pytest.param(b"", "10", id="nothing: its time is over"),
        pytest.param(line("BOOKMARK", 12), "12", id="a bookmark"),
        pytest.param(line("ADDED", 11) + b'{"type":"ADDED","obj', "11", id="half a line"),
        pytest.param(b"<html>\n", "10", id="garbage"),
        pytest.param(b'"nonsense"\n', "10", id="no event at all"),
    ],
)
async def test_a_watch_goes_on_where_it_ended(
    said: bytes, since: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a list: nothing was missed."""
    monkeypatch.setattr(metadata_watch, "PAUSE_SECONDS", 0.01)
    api = ApiServer([said, line("MODIFIED", 20)])
    async with told_of(api) as told:
        await told.until(1 + said.startswith(line("ADDED", 11)))
        assert ("MODIFIED", "20") == told.events[-1]
        assert (["10", since], 1, [SCOPE]) == (api.since, api.lists, told.listed)
        assert (0.0, None) == told.streams.longest_closed()


@pytest.mark.parametrize(
    "said",
    [
        *(pytest.param(error(code), id=f"error {code}") for code in (401, 410, 429, 500, None)),
        pytest.param(503, id="no watch"),
        pytest.param(403, id="no right"),
    ],
)
async def test_what_the_api_server_refuses_begins_anew_with_a_list(
    said: bytes | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process need not end for it."""
    monkeypatch.setattr(metadata_watch, "PAUSE_SECONDS", 0.01)
    api = ApiServer([said, line("DELETED", 20)])
    async with told_of(api) as told:
        await told.until(1)
        assert [("DELETED", "20")] == told.events
        assert (2, [SCOPE, SCOPE]) == (api.lists, told.listed)


async def test_a_line_may_be_as_long_as_annotations_can_be() -> None:
    """All that was applied is kept in one of them by kubectl."""
    api = ApiServer([line("ADDED", 11, note="x" * 600_000)])
    async with told_of(api) as told:
        await told.until(1)


async def test_only_metadata_is_asked_for() -> None:
    """What users keep in ConfigMaps does not pass through the operator."""
    api = ApiServer([line("ADDED", 11)])
    async with told_of(api) as told:
        await told.until(1)
    assert all("as=PartialObjectMetadata" in accepted for accepted in api.accepted)
