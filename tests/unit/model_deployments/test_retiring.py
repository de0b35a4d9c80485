"""When pods without requests may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment
from serving_yard import ServingYard

from trainyard.model_deployments.observed import Observed, Router, RouterPod
from trainyard.model_deployments.progress import Scene
from trainyard.model_deployments.retiring import (
    decision_is_in_force,
    may_go,
    next_to_serve,
    routers_reach,
)
from trainyard.model_deployments.source import Wanted


def pod(reports: int | None, *, ready: bool = True) -> RouterPod:
    """Return a router that reports this decision."""
    return RouterPod("r", "u", ready=ready, told=7, reports=reports)


def scene(*pods: RouterPod, mode: str = "Router", carried: int | None = None) -> Scene:
    """Return a view with these routers at decision 7."""
    resource = a_model_deployment(status={"decision": 7}, traffic={"mode": mode})
    router = Router(decision=carried, pods=pods)
    return Scene(resource, Observed(INSTALLATION, Wanted("", ""), router=router), NOW)


@pytest.mark.parametrize(
    ("view", "in_force"),
    [
        pytest.param(scene(pod(7), pod(7)), True, id="all report it"),
        pytest.param(scene(pod(7), pod(6)), False, id="one is behind"),
        pytest.param(scene(pod(7), pod(None)), False, id="one does not answer"),
        pytest.param(scene(pod(7), pod(None, ready=False)), True, id="one gets no requests"),
        pytest.param(scene(), False, id="there is no router"),
        pytest.param(scene(mode="Replicas", carried=7), True, id="the Service carries it"),
        pytest.param(scene(mode="Replicas", carried=6), False, id="the Service is behind"),
    ],
)
def test_a_decision_is_in_force_when_everybody_acts_on_it(view: Scene, *, in_force: bool) -> None:
    """Only then does the drain begin."""
    assert in_force is decision_is_in_force(view, view.resource.status)


@pytest.mark.parametrize(
    ("drained", "go"),
    [
        pytest.param(None, False, id="not in force"),
        pytest.param(NOW - timedelta(seconds=5), False, id="requests may still be under way"),
        pytest.param(NOW - timedelta(seconds=11), True, id="all of them ended"),
    ],
)
def test_pods_go_after_the_drain(drained: Any, *, go: bool) -> None:
    """Ten seconds after the last router took it over."""
    status = a_model_deployment(status={"drainedAt": drained}).status
    assert go is may_go(scene(), status)


async def test_a_vanished_configuration_is_waited_for_again() -> None:
    """What nobody can report is not in force."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    before = yard.resource.status.drained_at
    del yard.objects["ConfigMap", "tumours-router"]
    await yard.run(5)
    status = yard.resource.status
    assert ("ConfigMap", "tumours-router") in yard.objects
    assert before is not None
    assert status.drained_at is not None
    assert status.drained_at > before


async def test_a_stray_deployment_of_ours_is_removed() -> None:
    """Whatever a lost status forgot."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    stray = await yard.get("Deployment", "team", yard.name("a"))
    assert stray is not None
    metadata = {
        **stray["metadata"],
        "name": "tumours-stray",
        "labels": dict(stray["metadata"]["labels"]),
    }
    metadata["labels"]["trainyard.dev/revision"] = "tumours-stray"
    owned = {"ownerReferences": stray["metadata"]["ownerReferences"]}
    yard.objects["Deployment", "tumours-stray"] = {**stray, "metadata": metadata | owned}
    await yard.run(30)
    assert ("Deployment", "tumours-stray") not in yard.objects
    assert 1 == yard.replicas("a")


async def test_a_canary_gets_no_request_that_a_router_could_not_deliver() -> None:
    """Every router must see a healthy pod of it first."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.run(1)
    status = yard.resource.status
    seen = Observed(INSTALLATION, Wanted("", ""))
    assert next_to_serve(yard.resource.spec, status, seen) is None
    assert not routers_reach(Scene(yard.resource, seen, NOW), status)
    yard.routers_stuck = True
    await yard.run(60)
    assert {"a": 100, "b": 0} == yard.weights


async def test_a_canary_that_speaks_grpc_is_reached_over_both_first() -> None:
    """A healthy HTTP port says nothing about calls."""
    yard = ServingYard(spec={"server": {"grpc": True}})
    yard.publish("a")
    await yard.run(20)
    yard.deaf_to_grpc = True
    yard.publish("b")
    await yard.run(60)
    assert {"a": 100, "b": 0} == yard.weights
    yard.deaf_to_grpc = False
    await yard.until(30, a=95, b=5)
