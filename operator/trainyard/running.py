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
from trainyard.election import Elector, Terms
from trainyard.health import Probes, serve_health
from trainyard.kopf_wiring import Watching, watch
from trainyard.metrics import Metrics
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.controller import Controller
from trainyard.reconciling.once import Stage
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.resync import Resync
from trainyard.reconciling.wakeups import NAMESPACE, Wakeups
from trainyard.reconciling.worker import work
from trainyard.settings import Settings

STOP_SECONDS = 10
"""What is under way at a stop may take this long to end."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Design:
    """What the process is made of before anything runs."""

    settings: Settings
    controllers: tuple[Controller, ...]
    kinds: Mapping[str, Kind]
    configuration: client.Configuration


async def run(design: Design) -> int:
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
            design.configuration, kinds=design.kinds, on_answer=metrics.on_answer
        )
        open_things.push_async_callback(cluster.close)
        shift = Shift(design, cluster, metrics, stop)
        metrics.show_queue(shift.queue)
        metrics.show_state(design.controllers, shift.cache)
        probes = Probes(live=shift.overdue, ready=shift.unready)
        runner = await serve_health(design.settings.port, probes, registry)
        open_things.push_async_callback(runner.cleanup)
        return await shift.run()


class Shift:
    """One process's turn at leading, from waiting for the lease to giving it back."""

    def __init__(
        self, design: Design, cluster: Cluster, metrics: Metrics, stop: asyncio.Event
    ) -> None:
        self.cache = Cache()
        self.queue = WorkQueue(monotonic, random.random)
        self._design = design
        self._cluster = cluster
        self._metrics = metrics
        self._stop = stop
        self._leading = False
        rows = {row.kind: row for row in design.controllers}
        self._stage = Stage(rows, cluster, self.cache, _now)
        self._wakeups = Wakeups(rows, self.cache, self.queue)
        self._resync = Resync(cluster, self._wakeups, self.scopes(), tuple(rows))
        self._elector = Elector(cluster, _terms(design.settings))

    def overdue(self) -> str:
        """Return what /livez complains about."""
        age, most = self.queue.oldest_seconds(), self._design.settings.overdue_seconds
        return f"an object has been waiting for {age:.0f} s" if age > most else ""

    def unready(self) -> str:
        """Return what /readyz complains about; a replica that stands by is ready to take over."""
        missing = self._resync.unseeded() if self._leading else ()
        kinds = ", ".join(sorted({scope.kind for scope in missing}))
        return f"not listed yet: {kinds} (are the CRDs installed?)" if kinds else ""

    async def run(self) -> int:
        """Lead when it is our turn and work until asked to stop; return the exit code."""
        stopped = asyncio.create_task(self._stop.wait(), name="stop")
        if self._design.settings.leader_election:
            acquiring = asyncio.create_task(self._elector.acquire(), name="acquire")
            await asyncio.wait({stopped, acquiring}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                acquiring.cancel()
                return 0
        self._leading = True
        self._metrics.on_leading(True)
        return await self._lead(stopped)

    async def _lead(self, stopped: asyncio.Task[Any]) -> int:
        # kopf cancels every task that is created after its own start: ours come first.
        workers = [_task(self._work(), f"worker {i}") for i in range(self._design.settings.workers)]
        others = [_task(self._resync.run(), "resync")]
        if self._design.settings.leader_election:
            others.append(_task(self._elector.keep(), "lease"))
        await asyncio.sleep(0)
        kopf_stop = asyncio.Event()
        informer = _task(watch(self._design.configuration, self._watching(), kopf_stop), "informer")

        tasks = {informer, *others, *workers}
        await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        asked = stopped.done()
        if not asked:
            _complain(tasks)
        self.queue.close()
        await asyncio.wait(workers, timeout=STOP_SECONDS if asked else 0)
        for task in (*workers, *others):
            task.cancel()
        if asked and self._design.settings.leader_election:
            await self._elector.release()
        kopf_stop.set()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        return 0 if asked else 1

    async def _work(self) -> None:
        await self._resync.seeded()
        await work(self.queue, self._stage, self._metrics.on_pass)

    def _watching(self) -> Watching:
        return Watching(
            kinds=tuple(self._watched_kinds()),
            own_kinds=frozenset({*self._stage.controllers, NAMESPACE}),
            namespaces=self._design.settings.namespaces,
            on_event=self._wakeups.on_event,
            on_listed=self._on_listed,
        )

    def _on_listed(self, scope: Scope) -> None:
        _stop_on_signals(self._stop)  # kopf has put its own by now
        self._resync.informer_listed(scope)

    def _watched_kinds(self) -> list[Kind]:
        names = {NAMESPACE} if not self._design.settings.namespaces else set()
        for row in self._design.controllers:
            names |= {row.kind, *row.children, *row.reads}
        return [self._design.kinds[name] for name in sorted(names)]

    def scopes(self) -> list[Scope]:
        """Return every collection that is listed and watched, as it follows from the table."""
        places = self._design.settings.namespaces or ("",)
        return [Scope(kind.name, place) for kind in self._watched_kinds() for place in places]


def _task(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(coroutine, name=name)


def _complain(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            fault = None if task.cancelled() else task.exception()
            log.error("the process ends", because=f"{task.get_name()} ended", exc_info=fault)


def _stop_on_signals(stop: asyncio.Event) -> None:
    """Have SIGTERM and SIGINT set `stop`; called again once kopf has put its own handlers."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


def _terms(settings: Settings) -> Terms:
    identity = settings.identity or f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
    return Terms(settings.operator_namespace, f"trainyard-{settings.installation}", identity)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
