"""Stories of pods that a node put out: kept as Failed beside those that come in their place.

Proves: operator/trainyard/model_deployments/revision/workload.py
"""

from __future__ import annotations

import pytest
from release_stories import serving, told
from serving_pods import Behaviour, evicted
from serving_yard import ServingYard

from trainyard.conditions import is_true


def evict(yard: ServingYard, letter: str, number: int = 0) -> None:
    """Have the node put a pod of the version out; another one begins in its place."""
    before = yard.objects.pop(("Pod", f"{yard.name(letter)}-{number}"))
    left = evicted(before, yard.writes)
    yard.objects["Pod", left["metadata"]["name"]] = left
    yard.writes += 1


async def test_a_version_that_serves_is_ready_again_with_its_next_pod() -> None:
    """What is left of the pod before is for people to look at, and says nothing of the version."""
    yard = await serving()
    for number in (0, 1):
        evict(yard, "a", number)
    yard.behaviours["a"] = Behaviour(ready=False)
    await yard.run(10)
    assert not is_true(yard.resource.status.conditions, "Ready")
    assert "Evicted" in yard.resource.status.why
    yard.behaviours["a"] = Behaviour()
    await yard.run(30)
    assert is_true(yard.resource.status.conditions, "Ready")
    assert ("serves recipe-a", {"a": 100}) == (yard.resource.status.why, yard.weights)


@pytest.mark.parametrize(
    "letter",
    [pytest.param("b", id="of the new version"), pytest.param("a", id="of the stable one")],
)
async def test_a_rollout_goes_on_with_the_next_pod(letter: str) -> None:
    """Its version is neither taken back nor put into quarantine for what the node did."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    for _ in range(5):
        evict(yard, letter)
        await yard.run(5)
    await yard.until(300, b=100)
    assert () == yard.resource.status.quarantine


@pytest.mark.parametrize(
    ("seconds", "rollouts"),
    [
        pytest.param(60, 1, id="the same rollout goes on"),
        pytest.param(200, 2, id="after two minutes it is given up, and begun anew"),
    ],
)
async def test_a_new_version_without_pods_is_withdrawn_until_they_are_back(
    seconds: int, rollouts: int
) -> None:
    """Requests go to the stable version meanwhile, and nothing is held against the new one."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    for number in range(yard.replicas("b") or 0):
        evict(yard, "b", number)
    yard.behaviours["b"] = Behaviour(not_created="no node has room")
    await yard.until(10, a=100, b=0)
    await yard.run(seconds)
    assert 100 == yard.weights["a"]
    yard.behaviours["b"] = Behaviour()
    await yard.until(400, b=100)
    assert () == yard.resource.status.quarantine
    assert [rollouts, 1] == [told(yard)[2:].count(e) for e in ("RollingOut", "Promoted")]
