"""Whole stories of a deployment: what is decided, pass after pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NAME, NAMESPACE, ROUTERS_ALWAYS
from release_stories import reason, serving, told
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.conditions import is_true


async def test_a_first_version_serves_as_soon_as_a_pod_is_ready() -> None:
    """Readiness alone decides, and Ready comes with a real prediction."""
    yard = await serving()
    assert is_true(yard.resource.status.conditions, "Ready")
    assert is_true(yard.resource.status.conditions, "RolledOut")
    assert ["RollingOut", "Promoted"] == told(yard)


async def test_a_settled_deployment_does_nothing_and_asks_nobody() -> None:
    """No write, no request to pods or Prometheus, and nothing to look again for."""
    yard = await serving()
    await yard.run(60)
    writes, asked = yard.writes, yard.asked
    for _ in range(5):
        plan = await yard.once()
        yard.now += timedelta(minutes=10)
    assert (writes, asked) == (yard.writes, yard.asked)
    assert plan.again_after is None
    assert plan.events == ()


async def test_only_what_moves_traffic_or_deletes_is_confirmed_live() -> None:
    """Pods before a version gets more requests, nothing beside the object before a deletion."""
    yard = await serving(rollout={"steps": [{"weightPercent": 20}], "scaleDownDelaySeconds": 1})
    yard.publish("b")
    live = set()
    for _ in range(400):
        plan = await yard.once()
        live.add((plan.confirm_live, *(plan.live_kinds or ())))
        yard.now += timedelta(seconds=1)
    assert {"b": 100} == yard.weights
    assert {(False,), (True,), (True, "Pod")} == live


async def test_the_very_first_version_takes_its_share_from_nobody() -> None:
    """No read of pods is spent on it; one that follows a wiped status is looked at again."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    confirmed = {(await yard.once()).confirm_live for _ in range(30)}
    assert {"a": 100} == yard.weights
    assert {False} == confirmed
    yard.raw["status"] = {}
    assert (await yard.once()).confirm_live


async def test_a_revision_that_is_gone_is_no_decision() -> None:
    """Its cluster leaves the configuration, and nobody waits until the routers have read that."""
    rollout = {"steps": [{"weightPercent": 20}], "scaleDownDelaySeconds": 1}
    yard = await serving(**ROUTERS_ALWAYS, rollout=rollout)
    yard.publish("b")
    await yard.until(200, b=100)
    promoted = yard.resource.status.routing_generation
    configuration = yard.objects["ConfigMap", f"{NAME}-router"]["data"]
    assert yard.name("a") in configuration["clusters.json"]
    await yard.run(60)
    assert yard.replicas("a") is None
    configuration = yard.objects["ConfigMap", f"{NAME}-router"]["data"]
    assert yard.name("a") not in configuration["clusters.json"]
    assert promoted == yard.resource.status.routing_generation


async def test_a_status_that_was_wiped_before_the_first_version_served() -> None:
    """It is let in as it would have been: once it is ready."""
    yard = ServingYard(behaviours={"a": Behaviour(ready=False)})
    yard.publish("a")
    await yard.run(5)
    yard.raw["status"] = {}
    await yard.run(5)
    assert {} == yard.weights
    yard.behaviours.clear()
    await yard.until(30, a=100)


async def test_a_first_version_costs_its_children_and_three_statuses() -> None:
    """Routers start with what they are to do, so nothing is written twice."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    await yard.run(30)
    assert is_true(yard.resource.status.conditions, "Ready")
    of_the_revision, budget = ("Deployment", "Service"), ("PodDisruptionBudget",)
    of_the_routers = ("Service", "ConfigMap", "Deployment")
    assert 3 + len((*of_the_revision, *budget, *of_the_routers)) == yard.writes


async def test_a_wiped_status_is_read_again_from_the_children() -> None:
    """Same versions, same weights, same pods; only evidence starts anew."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    children = {
        key: raw["metadata"]["uid"]
        for key, raw in yard.objects.items()
        if "metadata" in raw and "uid" in raw["metadata"]
    }
    before = yard.resource.status
    yard.raw["status"] = {}
    await yard.once()
    after = yard.resource.status
    assert (before.stable, before.canary) == (after.stable, after.canary)
    assert {"a": 95, "b": 5} == yard.weights
    assert after.routing_generation > before.routing_generation
    assert (
        children.items()
        <= {key: raw["metadata"].get("uid") for key, raw in yard.objects.items()}.items()
    )
    await yard.until(200, b=100)


async def test_a_suspended_deployment_serves_and_moves_nothing() -> None:
    """No rollout starts, no weight moves, and the condition says why."""
    yard = await serving()
    yard.raw["spec"]["suspend"] = True
    yard.publish("b")
    await yard.run(30)
    assert {"a": 100} == yard.weights
    assert is_true(yard.resource.status.conditions, "Suspended")
    assert "Suspended" == reason(yard, "RolledOut")


async def test_an_autoscaler_scales_the_stable_version_and_the_canary() -> None:
    """`scale` changes spec.replicas; the selector is that of the stable pods."""
    yard = await serving()
    yard.raw["spec"]["replicas"] = 5
    await yard.run(2)
    assert 5 == yard.replicas("a")
    assert f"trainyard.dev/revision={yard.name('a')}" == yard.resource.status.selector
    assert 5 == yard.resource.status.replicas


async def test_an_autoscaler_scales_both_versions_of_a_release() -> None:
    """Up and down, and the release goes on where it was."""
    yard = await serving()
    yard.publish("b")
    await yard.until(900, a=95, b=5)
    for pods in (6, 1):
        yard.raw["spec"]["replicas"] = pods
        await yard.run(2)
        assert (pods, pods) == (yard.replicas("a"), yard.replicas("b"))
        assert {"a": 95, "b": 5} == yard.weights
    await yard.until(900, b=100)


async def test_an_autoscaler_that_makes_a_weight_impossible_takes_the_release_back() -> None:
    """Where weights are numbers of pods."""
    steps = [{"weightPercent": 25, "minSeconds": 60}]
    yard = await serving(traffic={"mode": "Replicas"}, replicas=3, rollout={"steps": steps})
    yard.publish("b")
    await yard.until(900, a=75, b=25)
    yard.raw["spec"]["replicas"] = 2
    await yard.run(2)
    assert {"a": 100} == yard.weights
    assert "TrafficUnsupported" in [reason for reason, _ in yard.events]


async def test_another_template_is_a_release_with_a_canary() -> None:
    """The same bundle with other resources is another revision."""
    yard = await serving()
    yard.raw["spec"]["pod"] = {"resources": {"limits": {"memory": "1Gi"}}}
    await yard.run(10)
    status = yard.resource.status
    assert status.canary is not None
    assert status.stable is not None
    assert status.stable.bundle_digest == status.canary.bundle_digest
    assert [95, 5] == [t.weight_percent for t in status.traffic]


@pytest.mark.parametrize("mode", ["Router", "Replicas"])
@pytest.mark.parametrize("failing", [0.0, 0.5])
async def test_promises_hold_at_every_moment_of_a_release(mode: str, failing: float) -> None:
    """Weights are whole and sum to 100, go only to ready versions, and the number only rises."""
    spec: dict[str, Any] = {
        "traffic": {"mode": mode},
        "rollout": {"steps": [{"weightPercent": 50}]},
    }
    yard = await serving(**spec)
    yard.behaviours["b"] = Behaviour(failing=failing)
    yard.publish("b")
    number = yard.resource.status.routing_generation
    for _ in range(200):
        await yard.run(1)
        status = yard.resource.status
        assert 100 == sum(t.weight_percent for t in status.traffic)
        assert status.routing_generation >= number
        assert len(json_of(status)) < 32 * 1024
        number = status.routing_generation
        for share in status.traffic:
            assert not share.weight_percent or yard.objects["Deployment", share.revision]
    assert {"a" if failing else "b": 100} == yard.weights


def json_of(status: Any) -> str:
    """Return the status as it is stored."""
    return str(status.model_dump_json(by_alias=True))


async def test_nothing_is_rendered_in_another_namespace() -> None:
    """Every child stands beside its owner."""
    yard = await serving()
    plan = await yard.once()
    places = {a.manifest["metadata"]["namespace"] for a in plan.actions if hasattr(a, "manifest")}
    assert {NAMESPACE} == places


async def test_switching_grpc_is_a_release_and_opens_it_at_the_end() -> None:
    """On: the Service's port comes with the promotion. Off: it goes with the promotion."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    for wanted, before, after in ((True, 1, 2), (False, 2, 1)):
        yard.raw["spec"]["server"] = {"grpc": wanted}
        await yard.run(20)
        status = yard.resource.status
        assert status.canary is not None, "another pod template is another revision"
        assert wanted is status.canary.grpc
        assert before == len(yard.objects["Service", NAME]["spec"]["ports"])
        await yard.run(600)
        status = yard.resource.status
        assert status.stable is not None
        assert wanted is status.stable.grpc
        assert after == len(yard.objects["Service", NAME]["spec"]["ports"])
