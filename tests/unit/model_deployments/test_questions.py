"""What exactly is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NAMESPACE, NOW, ROUTERS_ALWAYS
from serving_yard import ServingYard

from trainyard.model_deployments.analysis.binned_columns import BinWindow
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import ROUTER, ROUTER_OF_BOTH
from trainyard.model_deployments.analysis.samples import Family as Metrics
from trainyard.model_deployments.owned_objects import owned_objects_of
from trainyard.model_deployments.questions import (
    bin_question,
    counter_question,
    process_identity,
    stable_question,
)


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
        question = counter_question(yard.resource, await owned_objects_of(yard.resource, yard))
        assert [address] * count == [pod.address for pod in question.pods]
        assert Arms(yard.name("a"), yard.name("b")) == question.arms
        assert NAMESPACE == question.namespace


async def test_the_stable_version_is_counted_alone() -> None:
    """Where its rollout counted it, and from a moment that the windows remember."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    await yard.run(20)
    question = stable_question(yard.resource, await owned_objects_of(yard.resource, yard))
    assert (Arms(yard.name("a"), yard.name("a")), None) == (question.arms, question.since)
    assert ["http://10.88.0.9:8081/stats/prometheus"] * 2 == [p.address for p in question.pods]


@pytest.mark.parametrize(
    ("rollout", "canary", "matched"),
    [
        pytest.param({"strategy": "Shadow"}, "-mirror", "", id="copies instead of requests"),
        pytest.param(
            {"matches": [{"headers": [{"name": "x-cohort", "value": "beta"}]}]},
            "",
            "-matched",
            id="matches beside requests",
        ),
    ],
)
async def test_what_is_counted_apart_has_a_name_of_its_own(
    rollout: dict[str, Any], canary: str, matched: str
) -> None:
    """No verdict mixes it with requests that chance assigned."""
    yard = ServingYard(spec={"rollout": rollout})
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.run(10)
    question = counter_question(yard.resource, await owned_objects_of(yard.resource, yard))
    name = yard.name("b")
    assert name + canary == question.arms.canary
    assert (name + matched if matched else "") == question.arms.matched


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
    question = counter_question(yard.resource, await owned_objects_of(yard.resource, yard))
    assert family == question.family


async def test_live_values_are_read_at_the_servers_of_the_stable_revision() -> None:
    """In every mode, and since their processes started."""
    for mode in ("Router", "Replicas"):
        yard = ServingYard(spec={"traffic": {"mode": mode}, "replicas": 2})
        yard.publish("a")
        await yard.run(20)
        owned = await owned_objects_of(yard.resource, yard)
        window = BinWindow(None, NOW, timedelta(minutes=5))
        question = bin_question(yard.resource, owned, window)
        assert yard.name("a") == question.revision
        assert ["http://10.88.0.9:8080/metrics"] * 2 == [s.address for s in question.servers]
        assert [NOW] * 2 == [s.started_at for s in question.servers]
        assert 2 == len({s.identity for s in question.servers})


def test_a_restarted_container_is_another_process() -> None:
    """Its counters begin at zero."""

    def pod(restarts: int, of_collector: int = 0) -> dict[str, Any]:
        beside = {"name": "collector", "restartCount": 7 * of_collector}
        statuses = [{"name": "server", "restartCount": restarts}, beside]
        return {"metadata": {"name": "p"}, "status": {"containerStatuses": statuses}}

    assert process_identity(pod(0)) != process_identity(pod(1))
    assert process_identity(pod(0)) == process_identity(pod(0, 1)), "it counts no requests"
