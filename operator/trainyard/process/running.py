"""The life of the operator's process: wait to lead, see everything, work, stop."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import structlog
from kubernetes.aio import client
from prometheus_client import CollectorRegistry

from trainyard.clients.cluster import Cluster, KubernetesCluster
from trainyard.clients.kinds import Kind
from trainyard.clients.watch_events import WatchEvents
from trainyard.process.election import Elector, LeaseLost, Terms
from trainyard.process.garbage import keep_collections_short
from trainyard.process.health import Probes, serve_health
from trainyard.process.kopf_wiring import InformerEnded, Watching, watch
from trainyard.process.loop_lag import LoopLag
from trainyard.process.metadata_watch import MetadataWatch, watch_metadata
from trainyard.process.metrics import Metrics
from trainyard.process.open_streams import OpenStreams
from trainyard.process.store_sweeps import StoreSweeps
from trainyard.reconciling.audit import AuditTrail
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.controller import Controller, names_by_kind
from trainyard.reconciling.once import Context
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.references import References
from trainyard.reconciling.resync import Resync, Scopes
from trainyard.reconciling.wakeups import NAMESPACE, Wakeups
from trainyard.reconciling.worker import work
from trainyard.settings import Settings

STOP_SECONDS = 10
"""What is under way at a stop may take this long to end."""
CLOSED_SECONDS = 30
"""kopf tries again every ten seconds: a watch that stays closed for longer is not coming back."""
HELD_SECONDS = 5
HELD_WITHIN_SECONDS = 15
DECLARED = (LeaseLost, InformerEnded)
"""Ends that say all in a sentence; of any other the place in the code matters."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OperatorConfig:
    """What the process is made of before anything runs."""

    settings: Settings
    controllers: tuple[Controller, ...]
    kinds: Mapping[str, Kind]
    configuration: client.Configuration


async def run(config: OperatorConfig, lag: LoopLag) -> int:
    """Work until SIGTERM or SIGINT; return the exit code.

    0 only when we were asked to stop: a lost lease or an informer that ended is 1, and the pod
    starts again.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    async with AsyncExitStack() as open_things:
        cluster = KubernetesCluster(
            config.configuration,
            kinds=config.kinds,
            installation=config.settings.status_writer,
            on_answer=metrics.on_answer,
        )
        open_things.push_async_callback(cluster.close)
        leadership = Leadership(config, cluster, metrics, stop)
        metrics.show_queue(leadership.queue)
        metrics.show_loop_lag(lag)
        probes = Probes(live=lambda: leadership.unhealthy() or held(lag), ready=leadership.unready)
        runner = await serve_health(config.settings.port, probes, registry)
        open_things.push_async_callback(runner.cleanup)
        return await leadership.run()


class Leadership:
    """From waiting for the lease to giving it back."""

    def __init__(
        self, config: OperatorConfig, cluster: Cluster, metrics: Metrics, stop: asyncio.Event
    ) -> None:
        self.cache = Cache()
        self.queue = WorkQueue(monotonic, random.random)
        self._config = config
        self._cluster = cluster
        self._metrics = metrics
        self._stop = stop
        self._leading = False
        self._streams = OpenStreams(monotonic)
        controllers = {found.name: found for found in config.controllers}
        references = References(names_by_kind(config.controllers))
        self._context = Context(
            controllers,
            cluster,
            self.cache,
            references,
            _now,
            metrics.show_state,
            config.settings.status_writer,
            since := _now(),
            AuditTrail(since),
        )
        self._wakeups = Wakeups(controllers, self.cache, references, self.queue)
        self._resync = Resync(cluster, self._wakeups, self.scopes(), self._on_presence)
        self._elector = Elector(cluster, _terms(config.settings))

    def unhealthy(self) -> str:
        """Return what /livez complains about."""
        age, most = self.queue.oldest_seconds(), self._config.settings.overdue_seconds
        if age > most:
            return f"an object has been waiting for {age:.0f} s"
        closed, scope = self._streams.longest_closed()
        if scope is not None and closed > CLOSED_SECONDS:
            return f"{scope.kind} has not been watched for {closed:.0f} s"
        return ""

    def unready(self) -> str:
        """Return what /readyz complains about; a replica that stands by is ready to take over."""
        missing = self._resync.unseeded() if self._leading else ()
        kinds = ", ".join(sorted({scope.kind for scope in missing}))
        return f"not listed yet: {kinds} (are the CRDs installed?)" if kinds else ""

    async def run(self) -> int:
        """Lead when it is our turn and work until asked to stop; return the exit code."""
        stopped = asyncio.create_task(self._stop.wait(), name="stop")
        if self._config.settings.leader_election:
            acquiring = asyncio.create_task(self._elector.acquire(), name="acquire")
            await asyncio.wait({stopped, acquiring}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                acquiring.cancel()
                return 0
        keep_collections_short()
        self._leading = True
        self._metrics.on_leading(True)
        return await self._lead(stopped)

    async def _lead(self, stopped: asyncio.Task[Any]) -> int:
        # kopf cancels every task that is created after its own start: ours come first.
        workers = [_task(self._work(), f"worker {i}") for i in range(self._config.settings.workers)]
        others = [_task(self._resync.run(), "resync")]
        if self._config.settings.leader_election:
            others.append(_task(self._elector.keep(), "lease"))
        if watches := self.metadata_watches():
            events = WatchEvents(self._config.configuration)
            others.append(_task(watch_metadata(events, watches), "metadata watch"))
        if self._config.settings.store_retention_days:
            others.append(_task(self._sweep_stores(), "store sweeps"))
        await asyncio.sleep(0)
        kopf_stop = asyncio.Event()
        informer = _task(watch(self._config.configuration, self.watching(), kopf_stop), "informer")

        tasks = {informer, *others, *workers}
        await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        asked = stopped.done()
        lost = False if asked else complain(tasks)
        self.queue.close()
        await asyncio.wait(workers, timeout=STOP_SECONDS if asked else 0)
        for task in (*workers, *others):
            task.cancel()
        kopf_stop.set()
        await asyncio.wait({*workers, *others}, timeout=STOP_SECONDS)
        if self._config.settings.leader_election and not lost:
            await self._elector.release()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        return 0 if asked else 1

    async def _work(self) -> None:
        await self._resync.seeded()
        await work(self.queue, self._context, self._metrics.on_pass)

    async def _sweep_stores(self) -> None:
        await self._resync.seeded()
        await StoreSweeps(
            self._cluster, self._config.settings.to_installation(), self._inhabited, _now
        ).run()

    def _inhabited(self) -> set[str]:
        """Return the namespaces in which there are objects of ours."""
        kinds = [row.kind for row in self._config.controllers]
        return {namespace for kind in kinds for namespace, _ in self.cache.names(kind)}

    def watching(self) -> Watching:
        """Return what kopf watches, and who is told of this and of the rest."""
        return Watching(
            kinds=[kind for kind in self._watched_kinds() if not kind.metadata_only],
            whole=self.scopes().whole,
            namespaces=self._config.settings.namespaces,
            on_event=self._wakeups.on_event,
            on_listed=self._on_listed,
            streams=self._streams,
        )

    def metadata_watches(self) -> list[MetadataWatch]:
        """Return a watch of each collection that kopf does not watch."""
        kinds = {kind.name: kind for kind in self._watched_kinds() if kind.metadata_only}
        return [
            MetadataWatch(kinds[scope.kind], scope, self._cluster, self.watching())
            for scope in self.scopes().all
            if scope.kind in kinds
        ]

    def _on_listed(self, scope: Scope) -> None:
        _stop_on_signals(self._stop)  # kopf has put its own by now
        self._resync.informer_listed(scope)

    def _on_presence(self, kind: str, present: bool) -> None:
        self.cache.set_present(kind, present)
        self._metrics.on_presence(kind, present)

    def _watched_kinds(self) -> list[Kind]:
        names = {NAMESPACE} if not self._config.settings.namespaces else set()
        for row in self._config.controllers:
            names |= {row.kind, *row.children, *(reads.kind for reads in row.reads)}
        return [self._config.kinds[name] for name in sorted(names)]

    def scopes(self) -> Scopes:
        """Return every collection that is listed and watched, as it follows from the table."""
        places, kinds = self._config.settings.namespaces or ("",), self._watched_kinds()
        return Scopes(
            all=[Scope(kind.name, place) for kind in kinds for place in places],
            whole=frozenset(
                {NAMESPACE, *names_by_kind(self._config.controllers)}
                | {kind.name for kind in kinds if kind.metadata_only}
            ),
            optional=frozenset(kind.name for kind in kinds if kind.optional),
        )


def held(lag: LoopLag) -> str:
    """Return what /livez complains about when the event loop gets to nothing."""
    seconds = lag.longest_seconds(within=HELD_WITHIN_SECONDS)
    return f"the event loop was held for {seconds:.0f} s" if seconds > HELD_SECONDS else ""


def _task(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(coroutine, name=name)


def complain(tasks: set[asyncio.Task[None]]) -> bool:
    """Say which tasks ended, and why; tell whether the lease was lost."""
    ended = [task for task in tasks if task.done()]
    faults = [None if task.cancelled() else task.exception() for task in ended]
    for task, fault in zip(ended, faults, strict=True):
        because = f"{task.get_name()}: {fault or 'ended'}"
        trace = None if isinstance(fault, DECLARED) else fault
        log.error("the process ends", because=because, exc_info=trace)
    return any(isinstance(fault, LeaseLost) for fault in faults)


def _stop_on_signals(stop: asyncio.Event) -> None:
    """Have SIGTERM and SIGINT set `stop`; called again once kopf has put its own handlers."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


def _terms(settings: Settings) -> Terms:
    identity = settings.identity or f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
    return Terms(settings.operator_namespace, f"trainyard-{settings.installation}", identity)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
