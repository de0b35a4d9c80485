"""kopf as informer: the only module that knows it.

kopf lists and watches, and every event goes to `Wakeups`. Nothing else of kopf is used: no
patches, timers, daemons, indexes, peering, finalizers, annotations or Events of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import kopf
from kubernetes.aio import client

from trainyard.clients.kinds import Kind
from trainyard.clients.login import open_watch_session
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Scope

RETRY_SECONDS = (1, 1, 2, 3, 5, 8, *(10 for _ in range(60)))
"""kopf gives up, and the process with it, when a list fails for longer than all of these."""
CONNECT_SECONDS = 10
IDENTITY: Any = MANAGER
"""Without one kopf asks for the user's name, which our uid in the image does not have."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What is watched, and who is told."""

    kinds: Sequence[Kind]
    own_kinds: frozenset[str]
    """Watched whole; of the others only what carries our label."""
    namespaces: tuple[str, ...]
    """Empty: the whole cluster."""
    on_event: Callable[[str, str | None, Mapping[str, Any]], None]
    """Called with kind, type (None when listed) and object."""
    on_listed: Callable[[Scope], None]
    """Called after each list of kopf's; by the first, kopf has put its own signal handlers."""


async def watch(
    configuration: client.Configuration, watching: Watching, stop: asyncio.Event
) -> None:
    """Watch until `stop` is set; that it ends for any other reason is a fault."""
    for noisy in ("kopf", "kopf.objects"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    await kopf.operator(
        registry=_registry(configuration, watching),
        settings=quiet_settings(watching),
        identity=IDENTITY,
        standalone=True,
        clusterwide=not watching.namespaces,
        namespaces=watching.namespaces,
        stop_flag=stop,
    )


def _registry(configuration: client.Configuration, watching: Watching) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    async def on_event(*, event: kopf.RawEvent, param: Any = None, **_: Any) -> None:
        watching.on_event(param, event["type"], event["object"])

    async def log_in(**_: Any) -> kopf.AiohttpSession:
        session = open_watch_session(configuration, list_trace(watching))
        return kopf.AiohttpSession(server=configuration.host, aiohttp_session=session)

    kopf.on.login(registry=registry)(log_in)
    for kind in watching.kinds:
        decorator = kopf.on.event(
            group=kind.group,
            version=kind.version,
            plural=kind.plural,
            id=f"watch-{kind.plural}",
            param=kind.name,
            registry=registry,
        )
        decorator(on_event)
    return registry


def quiet_settings(watching: Watching) -> kopf.OperatorSettings:
    """Return settings with which kopf posts nothing and asks only for what is watched."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = bool(watching.namespaces)
    settings.networking.error_backoffs = RETRY_SECONDS
    settings.networking.connect_timeout = CONNECT_SECONDS
    settings.watching.connect_timeout = CONNECT_SECONDS
    for kind in watching.kinds:
        if kind.name not in watching.own_kinds:
            key = (kind.group, kind.version, kind.plural)
            settings.watching.label_selectors[key] = f"{MANAGED_BY}={MANAGER}"
    return settings


def list_trace(watching: Watching) -> aiohttp.TraceConfig:
    """Return a trace that sees kopf's lists: kopf itself tells nobody when it lists again."""
    scopes = {
        kind.path(namespace): Scope(kind.name, namespace if kind.namespaced else "")
        for kind in watching.kinds
        for namespace in watching.namespaces or ("",)
    }

    async def on_end(
        session: aiohttp.ClientSession,  # noqa: ARG001 — the shape of aiohttp's hook
        context: SimpleNamespace,  # noqa: ARG001
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        scope = scopes.get(params.url.path)
        listed = params.method == "GET" and params.response.status == 200
        if scope and listed and "watch" not in params.url.query:
            watching.on_listed(scope)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    return trace
