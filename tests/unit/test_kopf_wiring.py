"""kopf is set up to look and not to touch."""

from __future__ import annotations

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from trainyard.clients.kinds import KINDS
from trainyard.kopf_wiring import Watching, list_trace, quiet_settings
from trainyard.reconciling.cache import Scope


def watching(listed: list[Scope], *namespaces: str) -> Watching:
    """Return what the tests watch."""
    return Watching(
        kinds=(KINDS["Dataset"], KINDS["Job"], KINDS["Pod"]),
        own_kinds=frozenset({"Dataset"}),
        namespaces=namespaces,
        on_event=lambda *_: None,
        on_listed=listed.append,
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


async def test_lists_are_seen_and_watches_are_not() -> None:
    """A list by kopf is how we know that its watch was interrupted."""
    listed: list[Scope] = []

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404 if "pods" in request.path else 200)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    trace = list_trace(watching(listed, "ns"))
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
