"""What is in force, and who may be reached next."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, ROUTERS_ALWAYS, a_model_deployment, digest
from serving_yard import ServingYard

from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.in_force import next_to_serve, routers_reach
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View


async def test_a_vanished_configuration_is_waited_for_again() -> None:
    """What nobody can report is not in force."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    await yard.run(20)
    before = yard.resource.status.routing_applied_at
    del yard.objects["ConfigMap", "tumours-router"]
    await yard.run(5)
    status = yard.resource.status
    assert ("ConfigMap", "tumours-router") in yard.objects
    assert before is not None
    assert status.routing_applied_at is not None
    assert status.routing_applied_at > before


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
    assert not routers_reach(View(yard.resource, seen, NOW), status)
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


def next_one(
    *,
    weight: int = 0,
    ready: str = "stable canary",
    spec: dict[str, Any] | None = None,
    **said: Any,
) -> str | None:
    """Return who may get its first request next in a rollout of which this is said."""
    began = {"id": "canary.1", "revision": "canary", "phase": "Progressing"}
    times = {"startedAt": NOW, "stepStartedAt": NOW}
    status = {
        "stable": {"revision": "stable", "bundleDigest": digest("a")},
        "canary": {"revision": "canary", "bundleDigest": digest("b")},
        "rollout": began | times | said,
        "traffic": [
            {"role": "stable", "revision": "stable", "weightPercent": 100 - weight},
            {"role": "canary", "revision": "canary", "weightPercent": weight},
        ],
    }
    found = a_model_deployment(status, **(spec or {}))
    workloads = {name: Workload(name, ready=1) for name in ready.split()}
    seen = Observed(INSTALLATION, Wanted("", ""), workloads=workloads)
    return next_to_serve(found.spec, found.status, seen)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param({}, "canary", id="before its first step"),
        pytest.param({"ready": "stable"}, None, id="it has no ready pod"),
        pytest.param({"phase": "Paused"}, None, id="it waits for somebody"),
        pytest.param({"pauseRequested": True}, None, id="somebody asked to wait"),
        pytest.param({"spec": {"suspend": True}}, None, id="everything is suspended"),
        pytest.param({"step": 1}, None, id="it gets copies alone"),
        pytest.param({"step": 1, "finishing": True}, "canary", id="before it gets all at once"),
        pytest.param({"step": 1, "weight": 20}, None, id="it gets requests already"),
        pytest.param({"weight": 100, "takenOver": True}, "stable", id="stable is well again"),
        pytest.param(
            {"weight": 100, "takenOver": True, "ready": "canary"}, None, id="stable is not"
        ),
    ],
)
def test_who_may_get_its_first_request_next(case: dict[str, Any], expected: str | None) -> None:
    """Routers have to reach it before they are told to send it anything."""
    assert expected == next_one(**case)
