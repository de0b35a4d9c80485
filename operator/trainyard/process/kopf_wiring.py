"""kopf as informer: the only module that knows it.

kopf lists and watches, and every event goes to `Wakeups`. Nothing else of kopf is used: no
patches, timers, daemons, indexes, peering, finalizers, annotations or Events of its own.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import kopf
from kubernetes.aio import client
from yarl import URL

from trainyard.clients.kinds import Kind
from trainyard.clients.login import open_watch_session
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.process.open_streams import OpenStreams
from trainyard.reconciling.cache import Scope

RETRY_SECONDS = (1, 1, 2, 3, 5, 8, *(10 for _ in range(60)))
"""kopf gives up, and the process with it, when a list fails for longer than all of these."""
CONNECT_SECONDS = 10
WATCH_SECONDS = 20
"""The API server ends each watch after so long, a bookmark before, and kopf goes on from there."""
SECONDS_PER_WATCH = 2
"""With very many watches they last longer: no more than one begins in this time."""
SILENT_SECONDS = 5
"""A watch that has not ended so long after its time is not heard any more: the line is dead."""
AT_ONCE = 8
"""Objects of one kind whose events kopf hands on at the same time: each is a task of its own, and
those of hundreds together would hold the event loop."""
LINGERS_SECONDS = 0.02
"""For how long such a task waits for another event of its object."""
NO_OBJECT = "metadata.name=-"
"""No object has this name."""
_OBSERVATION = "kopf._core.reactor.observation"
"""The logger of what kopf thinks of the kinds that the cluster has."""
IDENTITY: Any = MANAGER
"""Without one kopf asks for the user's name, which our uid in the image does not have."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What is watched, and who is told."""

    kinds: Sequence[Kind]
    whole: Collection[str]
    """Kinds that are watched whole; of the others only what carries our label."""
    namespaces: tuple[str, ...]
    """Empty: the whole cluster."""
    on_event: Callable[[str, str | None, Mapping[str, Any]], None]
    """Called with kind, type (None when listed) and object."""
    on_listed: Callable[[Scope], None]
    """Called after each list of kopf's; by the first, kopf has put its own signal handlers."""
    streams: OpenStreams
    """Learns which watches are open."""


class OptionalKinds(logging.Filter):
    """Leaves out kopf's warning that a kind is missing where it may be: the operator tells that
    itself, with what it is needed for.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        super().__init__()
        self._optional = {kind.plural for kind in kinds if kind.optional}

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        text = record.getMessage()
        missing = set(re.findall(r"plural='([^']+)'", text))
        return not (text.startswith("Unresolved") and missing and missing <= self._optional)


class InformerEnded(Exception):
    """A part of kopf ended that runs for ever: from now on something is not seen any more."""


async def watch(
    configuration: client.Configuration, watching: Watching, stop: asyncio.Event
) -> None:
    """Watch until `stop` is set; raises InformerEnded when kopf can do so no longer.

    kopf takes any trouble that it has no answer to (an ERROR event other than 410, a line that is
    no JSON) as the end of all its watches, and may then wait for its own tasks for ever: the first
    that ends is the sign, not that kopf returns.
    """
    for noisy in ("kopf", "kopf.objects"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger(_OBSERVATION).addFilter(OptionalKinds(watching.kinds))
    others = asyncio.all_tasks()
    sessions: list[aiohttp.ClientSession] = []
    parts = await kopf.spawn_tasks(
        registry=_registry(configuration, watching, sessions),
        settings=quiet_settings(watching),
        identity=IDENTITY,
        standalone=True,
        clusterwide=not watching.namespaces,
        namespaces=watching.namespaces,
        stop_flag=stop,
    )
    running = asyncio.create_task(kopf.run_tasks(parts, ignored=others), name="kopf")
    try:
        ended, _ = await asyncio.wait({running, *parts}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            raise InformerEnded(_why(ended))
        await running
    finally:
        running.cancel()
        for session in sessions:
            await session.close()


def _why(ended: Iterable[asyncio.Task[None]]) -> str:
    """Return which parts of kopf ended, and of what."""
    faults = {task: None if task.cancelled() else task.exception() for task in ended}
    return "; ".join(f"{task.get_name()}: {fault!r}" for task, fault in faults.items())


def _registry(
    configuration: client.Configuration, watching: Watching, sessions: list[aiohttp.ClientSession]
) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    async def on_event(*, event: kopf.RawEvent, param: Any = None, **_: Any) -> None:
        watching.on_event(param, event["type"], event["object"])

    async def log_in(**_: Any) -> kopf.AiohttpSession:
        session = open_watch_session(configuration, request_trace(watching))
        sessions.append(session)
        silent: Any = EmptyLists(session, _scopes(watching))
        return kopf.AiohttpSession(server=configuration.host, aiohttp_session=silent)

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
    lasting = lasting_seconds(watching)
    settings.watching.server_timeout = lasting
    settings.watching.inactivity_timeout = lasting + SILENT_SECONDS
    settings.queueing.worker_limit = AT_ONCE
    settings.queueing.idle_timeout = LINGERS_SECONDS
    for kind in watching.kinds:
        if kind.name not in watching.whole:
            key = (kind.group, kind.version, kind.plural)
            settings.watching.label_selectors[key] = f"{MANAGED_BY}={MANAGER}"
    return settings


def lasting_seconds(watching: Watching) -> int:
    """Return after how long the API server ends a watch."""
    return max(WATCH_SECONDS, SECONDS_PER_WATCH * len(_scopes(watching)))


def request_trace(watching: Watching) -> aiohttp.TraceConfig:
    """Return a trace that sees kopf's requests: kopf itself tells nobody when it lists again, nor
    whether it watches.
    """
    scopes = _scopes(watching)
    optional = {kind.name for kind in watching.kinds if kind.optional}

    async def on_start(
        session: aiohttp.ClientSession,  # noqa: ARG001 — the shape of aiohttp's hook
        context: SimpleNamespace,  # noqa: ARG001
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        if scope := scopes.get(params.url.path):
            watching.streams.closed(scope)  # kopf asks again only when the last stream has ended

    async def on_end(
        session: aiohttp.ClientSession,  # noqa: ARG001
        context: SimpleNamespace,  # noqa: ARG001
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        scope = scopes.get(params.url.path)
        if scope is None or params.method != "GET" or params.response.status != 200:
            return
        if "watch" in params.url.query:
            watching.streams.opened(scope)
            if scope.kind not in optional and (watcher := asyncio.current_task()):
                # kopf ends it, too, when it thinks that the kind has gone
                watcher.add_done_callback(lambda _: watching.streams.closed(scope))
        else:
            watching.on_listed(scope)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(on_start)
    trace.on_request_end.append(on_end)
    return trace


class EmptyLists:
    """A session for kopf in which what is watched has no objects when it is listed.

    kopf needs no more of a list than the version to watch from: the objects are listed by us, and
    going through kopf each would cost a task and a millisecond.
    """

    def __init__(self, session: aiohttp.ClientSession, paths: Container[str]) -> None:
        self._session = session
        self._paths = paths

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def request(self, method: str, url: str, **options: Any) -> aiohttp.ClientResponse:
        """See aiohttp.ClientSession.request."""
        target = URL(url)
        if target.path in self._paths and "watch" not in target.query:
            target = target.update_query(fieldSelector=NO_OBJECT)
        return await self._session.request(method, target, **options)


def _scopes(watching: Watching) -> Mapping[str, Scope]:
    """Return the path of each collection that is watched."""
    return {
        kind.path(namespace): Scope(kind.name, namespace if kind.namespaced else "")
        for kind in watching.kinds
        for namespace in watching.namespaces or ("",)
    }
