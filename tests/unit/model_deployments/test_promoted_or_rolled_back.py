"""Stories of a rollout: what promotes a version, what sends it back, what does neither."""

from __future__ import annotations

from builders_serving import digest
from release_stories import reason, serving, told
from serving_pods import Behaviour

from trainyard.conditions import is_true


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


async def test_without_evidence_nothing_moves_and_the_wait_ends_inconclusive() -> None:
    """Unreadable counters neither promote nor roll back; after the wait the policy is applied."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 120})
    yard.blind = True
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(200)
    assert {"a": 95, "b": 5} == yard.weights
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert "Inconclusive" == rollout.phase
    assert is_true(yard.resource.status.conditions, "Stalled")
    assert () == yard.resource.status.quarantine


async def test_evidence_that_comes_later_moves_an_inconclusive_rollout_on() -> None:
    """Nobody has to resume it, and its steps have their time anew."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 60})
    yard.per_second = 0
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(90)
    assert "Inconclusive" == reason(yard, "Stalled")
    yard.per_second = 100
    await yard.until(150, a=50, b=50)
    assert "" == reason(yard, "Stalled")
    await yard.until(90, b=100)


async def test_a_quiet_service_is_promoted_where_the_policy_says_so() -> None:
    """onNoEvidence: Promote acts when counters were read and nothing failed."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 60, "onNoEvidence": "Promote"})
    yard.per_second = 0
    yard.publish("b")
    await yard.until(300, b=100)
    went_on = [message for _, message in yard.events if "0 requests to the new version" in message]
    assert 2 == len(went_on)


async def test_a_version_without_evidence_goes_back_where_the_policy_says_so() -> None:
    """It is not condemned: it is tried again, or at once by request."""
    yard = await serving(analysis={"evidenceTimeoutSeconds": 60, "onNoEvidence": "Rollback"})
    yard.per_second = 0
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.until(90, a=100)
    status = yard.resource.status
    assert (None, ()) == (status.canary, status.quarantine)
    assert "Retrying" == reason(yard, "RolledOut")
    yard.ask(f"retry@{yard.name('b')}")
    await yard.until(20, a=95, b=5)


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
