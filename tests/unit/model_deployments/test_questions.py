"""What exactly is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_serving import NAMESPACE, NOW
from serving_yard import ServingYard

from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import ROUTER, ROUTER_OF_BOTH
from trainyard.model_deployments.analysis.samples import Family as Metrics
from trainyard.model_deployments.questions import counter_question, monitors_due
from trainyard.model_deployments.seen import family_of


async def test_counters_are_read_at_the_routers_or_else_at_the_pods() -> None:
    """One router sees both versions at the same moments."""
    for mode, address, count in (
        ("Router", "http://10.88.0.9:8081/stats/prometheus", 2),
        ("Replicas", "http://10.88.0.9:8080/metrics", 2),
    ):
        steps = [{"weightPercent": 50, "minSeconds": 600}]
        yard = ServingYard(spec={"traffic": {"mode": mode}, "rollout": {"steps": steps}})
        yard.publish("a")
        await yard.run(20)
        yard.publish("b")
        await yard.until(30, a=50, b=50)
        question = counter_question(yard.resource, await family_of(yard.resource, yard))
        assert [address] * count == [pod.address for pod in question.pods]
        assert Arms(yard.name("a"), yard.name("b")) == question.arms
        assert NAMESPACE == question.namespace


@pytest.mark.parametrize(
    ("before", "after", "family"),
    [
        pytest.param(False, False, ROUTER, id="neither speaks gRPC"),
        pytest.param(True, True, ROUTER_OF_BOTH, id="both speak gRPC"),
        pytest.param(False, True, ROUTER, id="gRPC is being switched on"),
        pytest.param(True, False, ROUTER, id="gRPC is being switched off"),
    ],
)
async def test_calls_over_grpc_are_compared_where_both_versions_have_them(
    before: bool,
    after: bool,
    family: Metrics,
) -> None:
    """A protocol that one of them lacks would make its requests look quicker or slower."""
    yard = ServingYard(spec={"server": {"grpc": before}})
    yard.publish("a")
    await yard.run(20)
    yard.raw["spec"]["server"] = {"grpc": after}
    yard.publish("b")
    await yard.until(30, a=95, b=5)
    question = counter_question(yard.resource, await family_of(yard.resource, yard))
    assert family == question.family


async def test_a_monitor_is_due_when_its_interval_is_over() -> None:
    """And at once for a new stable version."""
    query = {"query": "up", "min": "1"}
    yard = ServingYard(spec={"monitoring": {"errors": {"prometheus": query}}})
    assert {} == monitors_due(yard.resource, NOW)
    yard.publish("a")
    yard.numbers = {"up": 1.0}
    await yard.run(20)
    asked = yard.resource.status.monitors[0].asked_at
    assert {} == monitors_due(yard.resource, asked + timedelta(seconds=59))
    assert {"Errors": "up"} == monitors_due(yard.resource, asked + timedelta(seconds=60))
