"""One model behind one Service on the real node, with versions to release."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import serving_bundles as bundles
from cluster.grpc_stage import Stage, a_stage, request
from cluster.releases import Node

from benchmarks.traffic.callers import Question
from benchmarks.traffic.flows import Flows
from benchmarks.traffic.node_rules import rules_noted
from benchmarks.traffic.trail import Trail, trail_of

NAME = "asked"
CONNECTION_AGE = 15
SPEC: Mapping[str, Any] = {
    "replicas": 2,
    "server": {"grpc": True, "maxConnectionAgeSeconds": CONNECTION_AGE},
    "traffic": {"router": "Releasing"},
    "rollout": {
        "steps": [{"weightPercent": 5, "minSeconds": 5}, {"weightPercent": 50, "minSeconds": 5}],
        "scaleDownDelaySeconds": 10,
    },
    "analysis": {"intervalSeconds": 5, "minRequests": 40},
    "pod": {"resources": {"requests": {"cpu": "20m", "memory": "64Mi"}}},
}


@dataclass(slots=True)
class Place:
    """The model, and who knows what happens around it."""

    stage: Stage
    trail: Trail
    released: int = 0

    @property
    def node(self) -> Node:
        """The namespace and its operator."""
        return self.stage.node

    def release(self, *, bad: bool = False) -> str:
        """A version that was never released is the newest one; return the letter it goes by.

        A bad one refuses what users ask.
        """
        self.released += 1
        letter = f"v{self.released}"
        if bad:
            self.stage.models.make(letter, bundles.linear(), bundles.iris())
        else:
            model = bundles.linear().set_params(logisticregression__C=1.0 / self.released)
            self.stage.models.make(letter, model, bundles.tumours())
        self.stage.release(NAME, letter)
        return letter

    async def promoted(self, letter: str) -> str:
        """Wait until the version has all requests and nothing moves any more; its revision."""
        revision = await self.stage.alone(NAME, letter)
        await self.at_rest()
        return revision

    async def at_rest(self) -> None:
        """Wait until what a release brought is gone again."""
        await self.node.sees(NAME, self._is_at_rest)

    def status(self) -> dict[str, Any]:
        """The deployment's status."""
        return self.node.status(NAME)

    def routers(self) -> list[str]:
        """The routers that are there, those that drain included."""
        selected = ("-l", f"trainyard.dev/owner={NAME},trainyard.dev/role=router")
        words = ("get", "pods", *selected, "-o", "jsonpath={.items[*].metadata.name}")
        return self.node.kubectl(*words).split()

    def _is_at_rest(self) -> bool:
        status = self.status()
        if status.get("canary") or status.get("leaving") or not status.get("routingAppliedAt"):
            return False
        if (status.get("previous") or {}).get("warmUntil"):
            return False
        found = ("get", "mdep", NAME, "-o", "jsonpath={.spec.traffic.mode}{.spec.traffic.router}")
        always = self.node.kubectl(*found) == "RouterAlways"
        return always or not self.routers()

    def question(self) -> Question:
        """What users ask."""
        load = self.stage.load(NAME)
        table = self.stage.models.samples["v1"].table[:1].to_numpy()
        address = self.stage.address(NAME)
        flows = Flows(address.partition(":")[0])
        return Question(load.url, load.body, address, request(NAME, table), flows)


@asynccontextmanager
async def a_place(folder: Path, spec: Mapping[str, Any] = SPEC) -> AsyncIterator[Place]:
    """The first version serves."""
    async with (
        a_stage(folder) as stage,
        trail_of(stage.node.namespace) as trail,
        rules_noted(trail),
    ):
        found = Place(stage, trail)
        stage.node.deploy(NAME, **spec)
        letter = await asyncio.to_thread(found.release)
        await stage.alone(NAME, letter)
        await stage.node.ready(NAME)
        await stage.opened(NAME)
        yield found
