"""What does a fleet of one size cost? One episode after the other, each until all is settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Episode, Figures
from benchmarks.control_plane.first_model import deployment, serves, until
from benchmarks.control_plane.kube_api import Raw, collection
from benchmarks.control_plane.meter import Meter
from benchmarks.control_plane.operator_process import operator_process
from benchmarks.control_plane.stage import Place, Stage

OURS = ("Dataset", "TrainingJob", "ModelVersion", "ModelDeployment")
CHILDREN = ("Deployment", "Service", "ConfigMap", "Pod")
_MANAGED = "labelSelector=app.kubernetes.io/managed-by%3Dtrainyard"
_CHANGES, _SCRAPES = 10, 3
_PAUSE = 0.5
"""Between two changes, so that each is one of its own."""
_PATIENCE = 3600.0
_FEW_ROWS = 32
_NOTE = {"metadata": {"annotations": {"team.example/note": "looked at"}}}
_LIMIT = {"spec": {"analysis": {"evidenceTimeoutSeconds": 900}}}
_MOST_MONITORED = 200
_DEFAULT_SECONDS = 60
"""How often errors are looked at by default."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    idle_seconds: float
    creates: int
    rollouts: int
    """How many at once."""
    monitored_seconds: float
    window_seconds: int
    """Of the monitors meanwhile; 0: what models have by default."""


@dataclass(slots=True)
class Measuring:
    """One operator after the other on one stage."""

    stage: Stage
    extent: Extent
    told: Callable[[str, Episode], None]
    """Called with each episode as it ends."""
    _found: dict[str, Episode] = field(default_factory=dict)
    _touched: int = 0
    """How many models were changed already: each change is of another one."""

    async def run(self) -> Figures:
        """Measure everything."""
        async with self._operator() as meter:
            self._keep(names.CHILDREN, await meter.of_start())
        async with self._operator() as meter:
            self._keep(names.START, await meter.of_start())
            await self._episodes(meter)
            meter.operator.process.kill()
        async with self._operator() as meter:
            self._keep(names.RESTART, await meter.of_start())
        return Figures(self.stage.fleet.models, await self._objects(), self._found)

    async def run_monitored(self) -> Figures:
        """Measure what watching takes, and what rest takes beside it, and nothing else."""
        async with self._operator() as meter:
            self._keep(names.CHILDREN, await meter.of_start())
            self._keep(names.IDLE, await meter.of_rest(self.extent.idle_seconds))
            await self._monitored(meter)
        return Figures(self.stage.fleet.models, await self._objects(), self._found)

    @asynccontextmanager
    async def _operator(self) -> AsyncIterator[Meter]:
        self.stage.audit.requests()
        log = self.stage.folder / "operator.log"
        async with operator_process(self.stage.server.kubeconfig(), log) as operator:
            yield Meter(operator, self.stage.audit, self.stage.network)

    async def _episodes(self, meter: Meter) -> None:
        extent, models = self.extent, self.stage.fleet.models
        creates, rollouts = min(extent.creates, models), min(extent.rollouts, models)
        changes = min(_CHANGES, models)
        self._keep(names.IDLE, await meter.of_rest(extent.idle_seconds))
        for name, count, work in (
            (names.ANNOTATION, changes, partial(self._patch, changes, _NOTE)),
            (names.SPEC, changes, partial(self._patch, changes, _LIMIT)),
            (names.SCRAPE, _SCRAPES, partial(self._scrape, meter)),
            (names.CREATE, creates, partial(self._create, creates)),
            (names.ROLLOUT, 1, partial(self._roll_out, 1)),
            (names.ROLLOUTS, rollouts, partial(self._roll_out, rollouts)),
        ):
            self._keep(name, await meter.of(count, work))
        await self._monitored(meter)

    async def _monitored(self, meter: Meter) -> None:
        """What watching drift and errors takes while nothing is wrong; afterwards nobody watches.

        Servers are read every window, which with windows of a day happens every hour. It begins
        when everybody was looked at once: an operator that watches never comes to rest. It ends
        at rest again, so that the start that follows finds nothing left to write.
        """
        count = min(_MOST_MONITORED, self.stage.fleet.models)
        window = self.extent.window_seconds
        places = self.stage.fleet.places(0, count)
        await self._monitor(places, _monitoring(window))
        await asyncio.sleep(2 * (window or _DEFAULT_SECONDS))
        episode = await meter.of_rest(self.extent.monitored_seconds)
        self._keep(names.MONITORED, replace(episode, count=count))
        await meter.of(count, partial(self._monitor, places, None))

    async def _monitor(self, places: list[Place], monitoring: Raw | None) -> None:
        for place in places:
            await self.stage.api.ask("PATCH", _path(place), {"spec": {"monitoring": monitoring}})

    def _keep(self, name: str, episode: Episode) -> None:
        self._found[name] = episode
        self.told(name, episode)

    def _others(self, count: int) -> list[Place]:
        """So many models that were not touched yet, as long as there are some."""
        found = self.stage.fleet.places(self._touched, count)
        self._touched += count
        return found

    async def _patch(self, count: int, change: Raw) -> None:
        for place in self._others(count):
            await self.stage.api.ask("PATCH", _path(place), change)
            await asyncio.sleep(_PAUSE)

    async def _scrape(self, meter: Meter) -> None:
        for _ in range(_SCRAPES):
            await meter.operator.page("/metrics")
            await asyncio.sleep(_PAUSE)

    async def _create(self, count: int) -> None:
        spec = self.stage.fleet.deployment
        places = [(namespace, f"{name}-b") for namespace, name in self._others(count)]
        for namespace, name in places:
            raw = deployment(name, namespace, name.removesuffix("-b"), spec)
            await self.stage.api.ask("POST", collection("ModelDeployment", namespace), raw)
        for place in places:
            await self._comes_to_rest(place)

    async def _roll_out(self, count: int) -> None:
        places = self._others(count)
        rows = _FEW_ROWS + self._touched  # a template that no revision had before: a release
        template = {"spec": {"server": {"maxBatchRows": rows}}}
        before = {place: await self._stable(place) for place in places}
        for place in places:
            await self.stage.api.ask("PATCH", _path(place), template)
        for place in places:
            await until(partial(self._is_promoted, place, before[place]), _PATIENCE)
            await self._comes_to_rest(place)

    async def _stable(self, place: Place) -> str:
        raw = await self.stage.api.ask("GET", _path(place))
        return str(raw["status"]["stable"]["revision"])

    async def _is_promoted(self, place: Place, before: str) -> bool:
        return await self._stable(place) != before

    async def _comes_to_rest(self, place: Place) -> None:
        await until(partial(serves, self.stage.api, *place), _PATIENCE)

    async def _objects(self) -> dict[str, int]:
        api = self.stage.api
        ours = {kind: len(await api.items(kind)) for kind in OURS}
        children = {kind: len(await api.items(kind, query=_MANAGED)) for kind in CHILDREN}
        return ours | children


def _monitoring(window: int) -> Raw:
    """Return what watches each model; `window` in seconds, 0 for the defaults."""
    errors: Raw = {"againstPrevious": {}}
    if not window:
        return {"drift": {}, "errors": errors}
    return {
        "drift": {"windowSeconds": window, "minRows": 100},
        "errors": {**errors, "intervalSeconds": window},
    }


def _path(place: Place) -> str:
    namespace, name = place
    return f"{collection('ModelDeployment', namespace)}/{name}"
