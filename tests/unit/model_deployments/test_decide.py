"""Whole stories of a deployment: what is decided, pass after pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NAME, NAMESPACE, Behaviour, ServingYard, digest

from trainyard.conditions import get_condition, is_true

QUICK = {
    "replicas": 2,
    "rollout": {
        "steps": [{"weightPercent": 5, "minSeconds": 30}, {"weightPercent": 50, "minSeconds": 30}],
        "keepSeconds": 60,
    },
}


async def serving(letter: str = "a", **spec: Any) -> ServingYard:
    """Return a yard in which this version is stable and everything has settled."""
    yard = ServingYard(spec=QUICK | spec)
    yard.publish(letter)
    await yard.run(30)
    assert {letter: 100} == yard.weights
    return yard


def reason(yard: ServingYard, condition: str) -> str:
    """Return the reason of the condition; empty where there is none."""
    found = get_condition(yard.resource.status.conditions, condition)
    return found.reason if found is not None else ""


def told(yard: ServingYard) -> list[str]:
    """Return the reasons of all Events, oldest first."""
    return [reason for reason, _ in yard.events]


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


async def test_a_healthy_version_passes_its_steps_and_is_promoted() -> None:
    """Weights go up step by step, each with evidence, then the old version stays warm."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(20)
    assert {"a": 95, "b": 5} == yard.weights
    await yard.until(60, a=50, b=50)
    await yard.until(90, b=100)
    assert 2 == yard.replicas("a")
    await yard.run(90)
    assert yard.replicas("a") is None
    assert ["RollingOut", "StepStarted", "StepStarted", "Promoted"] == told(yard)[2:]


async def test_a_failing_version_is_rolled_back_and_stays_out() -> None:
    """Failures against the stable version roll back, and the version is not tried again."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(failing=0.2)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.until(40, a=100)
    assert [digest("b")] == [e.bundle_digest for e in yard.resource.status.quarantine]
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert yard.replicas("b") is None
    assert "Quarantined" == reason(yard, "RolledOut")
    assert is_true(yard.resource.status.conditions, "Ready")


async def test_a_slow_version_is_rolled_back() -> None:
    """A third of slow answers is more than 20 % slower somewhere."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(slow=0.3)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.until(90, a=100)
    assert "latency" in yard.resource.status.quarantine[0].message


async def test_an_outage_of_both_versions_rolls_nothing_back() -> None:
    """Only the split of the failures between the versions counts."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.outage = 0.3
    await yard.run(60)
    yard.outage = 0.0
    await yard.until(120, b=100)
    assert () == yard.resource.status.quarantine


async def test_without_evidence_nothing_moves_and_the_wait_ends_held() -> None:
    """Unreadable counters neither promote nor roll back; after the wait the policy is applied."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 120})
    yard.blind = True
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(200)
    assert {"a": 95, "b": 5} == yard.weights
    assert "Held" == yard.resource.status.rollout.phase  # type: ignore[union-attr]
    assert is_true(yard.resource.status.conditions, "Stalled")
    assert () == yard.resource.status.quarantine


async def test_an_idle_service_is_promoted_where_the_policy_says_so() -> None:
    """onNoEvidence: Promote acts when fresh samples show that too few requests come."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 60, "onNoEvidence": "Promote"})
    yard.per_second = 0
    yard.publish("b")
    await yard.until(300, b=100)
    assert "NoEvidence" in yard.resource.status.history[-1].message or any(
        "idle" in message for _, message in yard.events
    )


async def test_blindness_is_not_idleness() -> None:
    """onNoEvidence: Promote does not act when the counters cannot be read."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 60, "onNoEvidence": "Promote"})
    yard.blind = True
    yard.publish("b")
    await yard.run(300)
    assert {"a": 95, "b": 5} == yard.weights


async def test_a_crashing_version_is_rolled_back_without_any_metrics() -> None:
    """What Kubernetes shows is evidence even when no counter can be read."""
    yard = await serving()
    yard.blind = True
    yard.behaviours["b"] = Behaviour(crashes=True)
    yard.publish("b")
    await yard.run(5)
    assert ["Crashed"] == [e.reason for e in yard.resource.status.quarantine]
    assert {"a": 100} == yard.weights


async def test_a_version_that_never_becomes_ready_is_rolled_back() -> None:
    """A server that runs for minutes without being ready never will be."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(ready=False)
    yard.publish("b")
    await yard.run(400)
    assert ["Crashed"] == [e.reason for e in yard.resource.status.quarantine]


async def test_the_clusters_fault_is_retried_and_not_held_against_the_version() -> None:
    """An image that cannot be pulled ends the attempt; it starts again after a while."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(image_missing=True)
    yard.publish("b")
    await yard.run(140)
    status = yard.resource.status
    assert (None, ()) == (status.canary, status.quarantine)
    assert status.retry is not None
    assert 1 == status.retry.failures
    yard.behaviours["b"] = Behaviour()
    await yard.until(200, a=50, b=50)


async def test_a_newer_version_waits_until_the_rollout_has_ended() -> None:
    """Of several the newest waits, and it starts when its turn comes."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.publish("c")
    await yard.run(3)
    yard.publish("d")
    await yard.run(3)
    waiting = yard.resource.status.waiting
    assert waiting is not None
    assert digest("d") == waiting.bundle_digest
    await yard.until(120, b=95, d=5)


async def test_going_back_to_the_stable_version_ends_the_rollout() -> None:
    """A, B, A: the second A is there at once, and B is not in quarantine."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.publish("a")
    await yard.run(2)
    assert {"a": 100} == yard.weights
    assert () == yard.resource.status.quarantine


async def test_deleting_the_source_never_hurts_traffic() -> None:
    """Without its TrainingJob the deployment serves on and says so."""
    yard = await serving()
    del yard.objects["TrainingJob", "recipe"]
    await yard.run(30)
    assert {"a": 100} == yard.weights
    assert 2 == yard.replicas("a")
    assert "SourceNotFound" == reason(yard, "SourceReady")
    assert is_true(yard.resource.status.conditions, "Ready")


async def test_a_dead_stable_version_gives_all_requests_to_the_canary_unpromoted() -> None:
    """And takes them back when it is well again."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.behaviours["a"] = Behaviour(crashes=True)
    await yard.run(2)
    assert {"a": 0, "b": 100} == yard.weights
    stable = yard.resource.status.stable
    assert stable is not None
    assert digest("a") == stable.bundle_digest
    yard.behaviours["a"] = Behaviour()
    await yard.run(2)
    assert {"a": 95, "b": 5} == yard.weights


async def test_when_nothing_serves_weights_freeze_and_a_newer_version_is_let_in() -> None:
    """The way out of a broken stable version is a good new one."""
    yard = await serving()
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.behaviours["a"] = yard.behaviours["b"] = Behaviour(crashes=True)
    await yard.run(5)
    assert {"a": 95, "b": 5} == yard.weights
    yard.publish("c")
    await yard.run(5)
    assert {"a": 0, "c": 100} == yard.weights


async def test_no_pod_goes_before_every_router_knows() -> None:
    """A rolled-back version keeps its pods while a router may still send requests to it."""
    yard = await serving()
    yard.behaviours["b"] = Behaviour(failing=0.5)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(5)
    yard.routers_stuck = True
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert 2 == yard.replicas("b")
    yard.routers_stuck = False
    await yard.run(5)
    assert 2 == yard.replicas("b")
    await yard.run(15)
    assert yard.replicas("b") is None


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
    assert after.decision > before.decision
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
    spec = {"traffic": {"mode": mode}, "rollout": {"steps": [{"weightPercent": 50}]}}
    yard = await serving(**spec)
    yard.behaviours["b"] = Behaviour(failing=failing)
    yard.publish("b")
    number = yard.resource.status.decision
    for _ in range(200):
        await yard.run(1)
        status = yard.resource.status
        assert 100 == sum(t.weight_percent for t in status.traffic)
        assert status.decision >= number
        assert len(json_of(status)) < 32 * 1024
        number = status.decision
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
