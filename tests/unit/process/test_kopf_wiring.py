"""kopf is set up to look and not to touch."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kopf._cogs.structs.references import Selector
from kopf._core.reactor.observation import _disable_mismatched_selectors, logger
from kubernetes.aio import client

from trainyard.clients.kinds import KINDS
from trainyard.process.kopf_wiring import (
    SILENT_SECONDS,
    WATCH_SECONDS,
    InformerEnded,
    OptionalKinds,
    Watching,
    quiet_settings,
    request_trace,
    watch,
)
from trainyard.process.open_streams import OpenStreams
from trainyard.reconciling.cache import Scope


def watching(listed: list[Scope], *namespaces: str) -> Watching:
    """Return what the tests watch."""
    return Watching(
        kinds=(KINDS["Dataset"], KINDS["Job"], KINDS["Pod"]),
        whole={"Dataset"},
        namespaces=namespaces,
        on_event=lambda *_: None,
        on_listed=listed.append,
        streams=OpenStreams(monotonic),
    )


def test_kopf_posts_nothing() -> None:
    """Its own Events are off; ours are enough."""
    assert not quiet_settings(watching([])).posting.enabled


def test_children_are_watched_by_our_label_and_our_kinds_whole() -> None:
    """The API server filters: pods of others cost us nothing."""
    selectors = quiet_settings(watching([])).watching.label_selectors
    named = {getattr(selector, "any_name", selector): text for selector, text in selectors.items()}
    ours = "app.kubernetes.io/managed-by=trainyard"
    assert {"jobs": ours, "pods": ours} == named


def test_scanning_needs_the_whole_cluster() -> None:
    """With a Role alone kopf would ask for CRDs and Namespaces for a minute before it starts."""
    assert quiet_settings(watching([], "ns")).scanning.disabled
    assert not quiet_settings(watching([])).scanning.disabled


@pytest.mark.parametrize(
    ("namespaces", "seconds"),
    [
        pytest.param(1, WATCH_SECONDS, id="few watches"),
        pytest.param(50, 50 * 3 * 2, id="three in each of fifty namespaces: one in two seconds"),
    ],
)
def test_a_silent_watch_is_left_soon(namespaces: int, seconds: int) -> None:
    """The API server ends a good one before, so one that is silent for longer is dead."""
    looked_at = watching([], *(f"ns-{number}" for number in range(namespaces)))
    found = quiet_settings(looked_at).watching
    assert seconds == found.server_timeout
    assert seconds + SILENT_SECONDS == found.inactivity_timeout


async def test_lists_are_seen_and_watches_are_not() -> None:
    """A list by kopf is how we know that its watch was interrupted."""
    listed: list[Scope] = []

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404 if "pods" in request.path else 200)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    trace = request_trace(watching(listed, "ns"))
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[trace]) as session,
    ):
        for path in (
            "/apis/batch/v1/namespaces/ns/jobs?watch=true",
            "/apis/batch/v1/namespaces/ns/jobs?labelSelector=x",
            "/apis/batch/v1/namespaces/elsewhere/jobs",
            "/api/v1/namespaces/ns/pods",
        ):
            async with session.get(server.make_url(path)):
                pass
    assert [Scope("Job", "ns")] == listed


GROUP = {"version": "v1alpha1"}
SEEN = {"singularName": "", "verbs": ["list", "watch", "patch"]}
API = {
    "/api": {"versions": ["v1"]},
    "/api/v1": {
        "resources": [
            {"name": "namespaces", "kind": "Namespace", "namespaced": False, **SEEN},
            {"name": "events", "kind": "Event", "namespaced": True, **SEEN},
        ]
    },
    "/apis": {
        "groups": [{"name": "trainyard.dev", "versions": [GROUP], "preferredVersion": GROUP}]
    },
    "/apis/trainyard.dev/v1alpha1": {
        "resources": [{"name": "datasets", "kind": "Dataset", "namespaced": True, **SEEN}]
    },
}
"""What kopf asks for before it watches: which kinds there are."""
LIST = {"kind": "DatasetList", "metadata": {"resourceVersion": "1"}, "items": []}


@asynccontextmanager
async def api_server(first_watch: bytes) -> AsyncIterator[TestServer]:
    """Give a server of Datasets whose first watch says this and ends; later ones stay open."""
    watches: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.json_response(API.get(request.path, LIST))
        response = web.StreamResponse()
        await response.prepare(request)
        watches.append(request.path_qs)
        if len(watches) == 1:
            await response.write(first_watch)
            return response
        await asyncio.sleep(60)
        return response

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app)
    async with server:
        yield server


def error_event(code: int | None) -> bytes:
    """Return the line by which a watch says that something went wrong."""
    return (
        json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": code}}).encode() + b"\n"
    )


async def seen_of(server: TestServer, *, lists: int) -> list[Scope]:
    """Return the lists that the informer made, once there are so many; raises what ends it."""
    listed: list[Scope] = []
    configuration = client.Configuration()
    configuration.host = f"http://{server.host}:{server.port}"
    looked_at = watching(listed, "ns")
    own = asyncio.all_tasks()
    stop = asyncio.Event()
    informer = asyncio.create_task(watch(configuration, looked_at, stop))
    try:
        async with asyncio.timeout(60):
            while len(listed) < lists and not informer.done():  # noqa: ASYNC110 — no event tells
                await asyncio.sleep(0.05)
        if informer.done():
            informer.result()
        return listed
    finally:
        stop.set()
        left = asyncio.all_tasks() - own
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


@pytest.mark.parametrize(
    "line",
    [
        *(pytest.param(error_event(code), id=f"error {code}") for code in (401, 429, 500, 503)),
        pytest.param(error_event(None), id="an error without a code"),
        pytest.param(b'{"type":"ERROR"}\n', id="an error about nothing"),
        pytest.param(b'"nonsense"\n', id="no event at all"),
        pytest.param(b"<html>\n", id="garbage"),
        pytest.param(b'{"type":"ADDED","obj', id="half a line"),
    ],
)
async def test_a_watch_that_ends_by_a_fault_ends_the_informer(line: bytes) -> None:
    """Otherwise the process would go on, and see nothing any more."""
    async with api_server(line) as server:
        with pytest.raises(InformerEnded):
            await seen_of(server, lists=2)


@pytest.mark.parametrize(
    ("line", "lists"),
    [
        pytest.param(error_event(410), 2, id="its version is too old: it lists again"),
        pytest.param(b"", 1, id="an end in silence: it watches again"),
    ],
)
async def test_a_watch_that_ends_as_watches_do_is_opened_again(line: bytes, lists: int) -> None:
    """Both are everyday life."""
    async with api_server(line) as server:
        assert [Scope("Dataset", "ns")] * lists == await seen_of(server, lists=lists)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        pytest.param(["HTTPRoute"], False, id="a kind that may be missing"),
        pytest.param(["HTTPRoute", "Approval"], False, id="two of them"),
        pytest.param(["HTTPRoute", "Dataset"], True, id="one that may not"),
    ],
)
def test_a_kind_that_may_be_missing_is_no_warning_of_kopfs(
    missing: list[str], *, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """In kopf's own words: they end with a sentence that says how to serve what need not be."""
    found = OptionalKinds(list(KINDS.values()))
    logger.addFilter(found)
    try:
        with caplog.at_level(logging.WARNING, logger.name):
            kinds = [KINDS[name] for name in missing]
            selectors = frozenset(
                Selector(group=k.group, version=k.version, plural=k.plural) for k in kinds
            )
            _disable_mismatched_selectors(resources=set(), selectors=selectors)
    finally:
        logger.removeFilter(found)
    assert told is bool(caplog.records)
