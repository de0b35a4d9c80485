"""A lost status, read again from the children."""

from __future__ import annotations

from builders_serving import digest
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.conditions import is_true
from trainyard.model_deployments.traffic.carrier import ROLLOUT


async def wiped(yard: ServingYard) -> ServingYard:
    """Return the yard after its status was lost and one pass happened."""
    yard.raw["status"] = {}
    await yard.once()
    return yard


async def test_quarantine_survives_in_the_service() -> None:
    """A version that lost is not tried again because a status was lost."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["b"] = Behaviour(crashes=True)
    yard.publish("b")
    await yard.run(60)
    await wiped(yard)
    await yard.run(60)
    assert [digest("b")] == [e.bundle_digest for e in yard.resource.status.quarantine]
    assert {"a": 100} == yard.weights


async def test_ready_comes_back_with_a_new_prediction() -> None:
    """Nothing is believed that was not asked again."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    await wiped(yard)
    assert not is_true(yard.resource.status.conditions, "Ready")
    await yard.run(10)
    assert is_true(yard.resource.status.conditions, "Ready")


async def test_a_first_version_that_was_starting_goes_on_starting() -> None:
    """Its Deployment says that it is the canary, and there is no stable one."""
    yard = ServingYard()
    yard.behaviours["a"] = Behaviour(ready=False)
    yard.publish("a")
    await yard.run(20)
    await wiped(yard)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert "Starting" == rollout.phase
    yard.behaviours["a"] = Behaviour()
    await yard.until(20, a=100)


async def test_a_new_deployment_has_nothing_to_rebuild() -> None:
    """No Event, no decision."""
    yard = ServingYard()
    await yard.once()
    assert [] == yard.events


async def test_a_rollout_goes_on_in_its_step() -> None:
    """Its number, its time and its weights are read, none of them guessed."""
    steps = [{"weightPercent": weight, "minSeconds": 600} for weight in (5, 10, 50)]
    yard = ServingYard(spec={"rollout": {"steps": steps}})
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.ask(f"skip@{yard.name('b')}")
    await yard.run(5)
    yard.raw["metadata"]["annotations"] = {}
    before = yard.resource.status
    await wiped(yard)
    after = yard.resource.status
    assert before.rollout is not None
    assert after.rollout is not None
    kept = ("id", "step", "progress", "weight_percent", "started_at", "step_started_at")
    assert [getattr(before.rollout, name) for name in kept] == [
        getattr(after.rollout, name) for name in kept
    ]
    assert {"a": 90, "b": 10} == yard.weights


async def test_a_canary_that_took_over_gives_back_what_its_step_had() -> None:
    """All requests are no step."""
    yard = ServingYard(spec={"rollout": {"steps": [{"weightPercent": 5, "minSeconds": 600}]}})
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.behaviours["a"] = Behaviour(ready=False)
    await yard.until(5, a=0, b=100)
    await yard.run(5)
    await wiped(yard)
    assert {"a": 0, "b": 100} == yard.weights
    yard.behaviours["a"] = Behaviour()
    await yard.until(30, a=95, b=5)


async def test_without_a_record_a_rollout_begins_anew() -> None:
    """From all requests to the stable version: nothing says what was tried."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    del yard.objects["ConfigMap", "tumours-router"]["metadata"]["annotations"][ROLLOUT]
    await wiped(yard)
    assert {"a": 100, "b": 0} == yard.weights
    await yard.until(20, a=95, b=5)
