"""Carries plans out, many lives at once beside one operator, and says what was broken."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp

from benchmarks.control_plane.api_server import OPERATOR, ApiServer, api_server
from benchmarks.control_plane.fleet import define
from benchmarks.control_plane.kube_api import Raw, collection
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.workloads import Workloads
from benchmarks.faults.data import Data
from benchmarks.faults.disturbing import Disturbance
from benchmarks.faults.end_state import CHILDREN, OURS, differences, end_state
from benchmarks.faults.invariants import Watched, twice
from benchmarks.faults.life import Life
from benchmarks.faults.operator_lives import Operator
from benchmarks.faults.patience import NeverCame
from benchmarks.faults.plans import Kind, Plan, Story, undisturbed
from benchmarks.faults.proxy import Proxy
from benchmarks.faults.statuses import Statuses

_MOST_DIFFERENCES = 10
_LOOK_SECONDS = 2.0
_LOOKS = 30
"""A write that is refused is tried again later than a life looks settled."""
_AT_ONCE = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}
_LEFT = (*OURS, *CHILDREN, "Pod")
"""In this order: what looks after others goes before them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one plan."""

    plan: Plan
    seconds: float
    writes: int
    broken: Sequence[str]
    """Sentences; none: all held."""
    met: Mapping[tuple[Kind, str], int]
    """How often which fault happened, by phase."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a story ends when nothing goes wrong."""

    state: Mapping[str, Any]
    created: Mapping[str, int]


@dataclass(slots=True)
class Campaign:
    """The API server, the played workloads, the operator behind its proxy."""

    server: ApiServer
    proxy: Proxy
    operator: Operator
    data: Data
    seconds: float
    """How long nothing may be written before a life got where it should."""
    references: dict[Story, Reference] = field(default_factory=dict)
    statuses: Statuses = field(init=False)
    _watched: dict[str, Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.statuses = Statuses(self.server.api, self._saw)

    async def compare_with(self, seed: int) -> None:
        """Live each story once without faults, for the others to be compared with."""
        plans = [undisturbed(seed, number, story) for number, story in enumerate(Story, -9)]
        async with asyncio.TaskGroup() as tasks:
            for plan in plans:
                tasks.create_task(self._refer_to(plan))

    async def _refer_to(self, plan: Plan) -> None:
        life = self._life(plan)
        await life.run()
        disturbance = life.disturbance
        state = await end_state(self.server.api, plan.namespace, disturbance.refreshes())
        self.references[plan.story] = Reference(state, dict(disturbance.created))

    async def carry_out(self, plan: Plan) -> Outcome:
        """Live the plan's life and look at what is left of it."""
        began, life = monotonic(), self._life(plan)
        disturbance = life.disturbance
        broken: list[str] = []
        try:
            await life.run()
            broken += await self._compared(plan, disturbance)
        except NeverCame as fault:
            broken.append(str(fault))
        broken += self._watched.pop(plan.namespace).broken
        self.proxy.lives.pop(plan.namespace)
        with suppress(aiohttp.ClientError):
            await self._remove(plan.namespace)
        return Outcome(plan, monotonic() - began, disturbance.writes, broken, disturbance.met)

    async def _compared(self, plan: Plan, disturbance: Disturbance) -> list[str]:
        """Where its end differs from that of the reference, also when all was tried again."""
        expected, lines = self.references[plan.story], [""]
        for _ in range(_LOOKS):
            found = await end_state(self.server.api, plan.namespace, disturbance.refreshes())
            lines = list(differences(expected.state, found))
            if not lines:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return [*lines[:_MOST_DIFFERENCES], *twice(disturbance.created, expected.created)]

    def _life(self, plan: Plan) -> Life:
        disturbance = Disturbance(plan)
        self.proxy.lives[plan.namespace] = disturbance
        self._watched[plan.namespace] = Watched(plan.story)
        life = (self.server.api, self.statuses, disturbance, self.data, self.operator)
        return Life(*life, self.seconds)

    async def _remove(self, namespace: str) -> None:
        """Nothing of the life is left to look after: nobody collects garbage here."""
        self.statuses.forget(namespace)
        for kind in _LEFT:
            await self.server.api.ask("DELETE", collection(kind, namespace), _AT_ONCE)

    def _saw(self, kind: str, raw: Raw) -> None:
        namespace = raw["metadata"]["namespace"]
        if kind == "ModelDeployment" and namespace in self._watched:
            self._watched[namespace].saw(raw)
            self.proxy.lives[namespace].phase = phase_of(raw.get("status") or {})


def phase_of(status: Mapping[str, Any]) -> str:
    """How far a life is, by the status of its deployment."""
    rollout = status.get("rollout")
    if not status.get("stable"):
        return "first release" if rollout else "data and training"
    if rollout:
        return "canary steps" if rollout.get("step") else "canary starts"
    if status.get("leaving"):
        return "old version leaves"
    return "settled or retraining"


@asynccontextmanager
async def campaign(
    programs: Mapping[str, Path], folder: Path, seconds: float
) -> AsyncIterator[Campaign]:
    """Give everything that lives need; afterwards it is gone."""
    async with AsyncExitStack() as running:
        server = await running.enter_async_context(api_server(programs, folder))
        operator = Operator(folder / "operator.log")
        proxy = Proxy(server.api, OPERATOR, operator.kill)
        network, data = Network(server.api), Data()
        await define(server.api)
        await running.enter_async_context(network.answering())
        workloads = Workloads(server.api, network, data)
        await running.enter_async_context(workloads.played())
        await running.enter_async_context(proxy.running())
        found = Campaign(server, proxy, operator, data, seconds)
        watching = asyncio.create_task(found.statuses.watch())
        running.callback(watching.cancel)
        await running.enter_async_context(operator.running(proxy.kubeconfig(folder)))
        yield found


async def all_of(
    place: Campaign,
    plans: Sequence[Plan],
    at_once: int,
    told: Callable[[Outcome], None],
    minutes: float,
) -> Sequence[Outcome]:
    """Carry out the plans, so many at once, as long as there is time to begin one; each outcome is
    told as it comes.
    """
    end = monotonic() + minutes * 60
    gate, outcomes = asyncio.Semaphore(at_once), list[Outcome]()

    async def one(plan: Plan) -> None:
        async with gate:
            if monotonic() > end:
                return
            outcome = await place.carry_out(plan)
        outcomes.append(outcome)
        told(outcome)

    async with asyncio.TaskGroup() as tasks:
        for plan in plans:
            tasks.create_task(one(plan))
    return outcomes


def counted(outcomes: Sequence[Outcome]) -> Counter[tuple[Kind, str]]:
    """How often each fault happened, by phase, over all of them."""
    found: Counter[tuple[Kind, str]] = Counter()
    for outcome in outcomes:
        found.update(outcome.met)
    return found


def broken(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Those in which something did not hold."""
    return (outcome for outcome in outcomes if outcome.broken)
