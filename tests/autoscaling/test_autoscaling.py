"""A HorizontalPodAutoscaler moves replicas by processor while versions are released.

By the real controller and the real metrics-server, with the manifest of the examples. Started by
`make autoscaling`. The tests are in the order of a life.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
import yaml
from autoscaling.metrics_server import metrics_server
from cluster.releases import Node, a_node
from cluster.sightings import Sightings, sightings
from cluster_access import ROOT, ours
from steady_load import Load

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1800),
]
NAME = "busy"
BURNS = "08"
"""Behind the code of a version: milliseconds of a processor that each answer takes."""
TARGET = 35
"""Percent of the 100m that each pod asks for, so 35m."""
BUSY, QUIET = 25, 2
"""Requests a second: they take 200m, of which 40 % are still enough for three pods, and 16m."""
STEPS = [
    {"weightPercent": 30, "minSeconds": 5, "pause": "Manual"},
    {"weightPercent": 60, "minSeconds": 30},
]
ROLES = "{range .items[*]}{.metadata.labels.trainyard\\.dev/role} {.status.readyReplicas}\n{end}"


@dataclass(slots=True)
class Scene:
    """A deployment whose replicas are an autoscaler's, and what its Deployments were told."""

    node: Node
    load: Load
    """Some users, from the beginning to the end."""
    told: Sightings

    def wanted(self) -> int:
        """Return how many pods the autoscaler wants."""
        (found,) = ours(self.node.namespace, "modeldeployments", NAME)
        return int(found["spec"]["replicas"])

    def ready(self) -> dict[str, int]:
        """Return how many ready pods each version has, by role."""
        servers = ("get", "deployments", "-l", "trainyard.dev/revision", "-o", f"jsonpath={ROLES}")
        lines = (line.partition(" ") for line in self.node.kubectl(*servers).splitlines())
        return {role: int(ready or 0) for role, _, ready in lines}

    async def have(self, **pods: int) -> None:
        """Wait until stable version and canary have so many ready pods."""
        wanted = pods.items()
        await self.node.sees(NAME, lambda: wanted <= self.ready().items())

    async def release(self, code: str, beside: str) -> str:
        """Publish the version, wait until its first step is in force, return its revision."""
        self.node.publish(NAME, code + BURNS)
        await self.node.until(NAME, **{f"_{beside}": 70, f"_{code}": 30})
        return str(self.node.status(NAME)["canary"]["revision"])

    async def go_on(self, revision: str, code: str) -> None:
        """Resume the release in its first step and wait until its version has all requests."""
        await self.node.sees(NAME, lambda: self.node.reason(NAME, "Suspended") == "Paused")
        self.node.ask(NAME, f"resume@{revision}#30")
        await self.node.until(NAME, **{f"_{code}": 100})


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The cluster knows what its pods use."""
    with metrics_server(tmp_path_factory.mktemp("metrics-server")):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(
    tmp_path_factory: pytest.TempPathFactory,
    measured: None,
) -> AsyncIterator[Scene]:
    """Give a version that serves, with one pod, and the autoscaler of the examples on it."""
    async with a_node(tmp_path_factory.mktemp("operator")) as node:
        node.deploy(
            NAME,
            rollout={"steps": STEPS, "scaleDownDelaySeconds": 5},
            analysis={"intervalSeconds": 5, "minRequests": 10},
            pod={"resources": {"requests": {"cpu": "100m", "memory": "32Mi"}}},
        )
        node.publish(NAME, "0000001" + BURNS)
        await node.sees(NAME, lambda: node.status(NAME).get("stable"))
        await node.ready(NAME)
        node.kubectl("apply", "-f", "-", stdin=json.dumps(autoscaler()))
        active = ("--for=condition=ScalingActive", "--timeout=300s")
        await asyncio.to_thread(node.kubectl, "wait", f"hpa/{NAME}", *active)
        async with (
            sightings(node.namespace, "deployments", "spec") as told,
            node.load(NAME, QUIET) as load,
        ):
            yield Scene(node, load, told)


def autoscaler() -> dict[str, Any]:
    """Return that of the examples for the deployment; it waits less before it takes pods away."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "examples/autoscaling/hpa.yaml").read_text())
    found["metadata"]["name"] = NAME
    spec = found["spec"]
    spec["scaleTargetRef"]["name"] = NAME
    spec["metrics"][0]["resource"]["target"]["averageUtilization"] = TARGET
    spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"] = 30
    found["spec"] = spec | {"minReplicas": 1, "maxReplicas": 3}
    return found


def only(holds: Callable[[int, int], bool], told: Sightings, since: dict[str, int]) -> bool:
    """Tell whether each number of pods that a Deployment was told holds beside the one before."""
    numbers = (
        [spec["replicas"] for spec in seen[max(0, since.get(name, 0) - 1) :]]
        for name, seen in told.seen.items()
    )
    return all(holds(before, after) for found in numbers for before, after in pairwise(found))


async def test_load_raises_replicas_while_a_canary_is_released(scene: Scene) -> None:
    """Both versions get the pods, no number ever falls, and the release ends with the new one."""
    assert {"stable": 1} == scene.ready()
    begun = {name: len(seen) for name, seen in scene.told.seen.items()}
    new = await scene.release("0000002", beside="0000001")
    assert 1 == scene.wanted()
    async with scene.node.load(NAME, BUSY) as busy:
        await scene.have(stable=3, canary=3)
        assert new == scene.node.status(NAME)["canary"]["revision"]
        await scene.go_on(new, "0000002")
        await scene.have(stable=3)
    assert only(int.__le__, scene.told, begun)
    assert {"200": busy.sent} == dict(busy.codes)


async def test_they_go_back_without_load_while_another_canary_is_released(scene: Scene) -> None:
    """No number ever rises; that of a pod that goes is the release's business, not the other's."""
    begun = {name: len(seen) for name, seen in scene.told.seen.items()}
    new = await scene.release("0000003", beside="0000002")
    await scene.have(stable=1, canary=1)
    assert new == scene.node.status(NAME)["canary"]["revision"]
    await scene.go_on(new, "0000003")
    await scene.have(stable=1)
    assert 1 == scene.wanted()
    assert only(int.__ge__, scene.told, begun)
    assert not scene.node.status(NAME).get("quarantine")


async def test_no_request_was_lost(scene: Scene) -> None:
    """Of those who asked all the time, whatever came and went."""
    assert {"200": scene.load.sent} == dict(scene.load.codes)
