"""What is in force, and who may be reached next."""

from __future__ import annotations

from builders_serving import INSTALLATION, NOW
from serving_yard import ServingYard

from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.in_force import next_to_serve, routers_reach
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View


async def test_a_vanished_configuration_is_waited_for_again() -> None:
    """What nobody can report is not in force."""
    yard = ServingYard()
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
