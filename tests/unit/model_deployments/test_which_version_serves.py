"""Stories of several versions: who waits, who serves, and who may go."""

from __future__ import annotations

from builders_serving import digest
from release_stories import reason, serving
from serving_pods import Behaviour

from trainyard.conditions import is_true


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
