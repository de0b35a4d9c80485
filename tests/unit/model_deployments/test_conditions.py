"""What conditions and columns say."""

from __future__ import annotations

import pytest
from builders_serving import NAME, ROUTERS_ALWAYS, digest
from serving_pods import Behaviour
from serving_yard import ServingYard


def said(yard: ServingYard) -> dict[str, tuple[str, str]]:
    """Return status and reason of each condition."""
    return {c.type: (c.status, c.reason) for c in yard.resource.status.conditions}


async def test_reconciling_and_stalled_exist_only_while_they_are_true() -> None:
    """Kstatus reads their presence."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    assert {
        "Ready": ("True", "Serving"),
        "SourceReady": ("True", "Accepted"),
        "RolledOut": ("True", "RolledOut"),
    } == said(yard)
    assert "serves recipe-a" == yard.resource.status.why
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    assert {
        "Ready": ("True", "Serving"),
        "SourceReady": ("True", "Accepted"),
        "RolledOut": ("False", "RollingOut"),
    } == said(yard)


async def test_a_first_version_is_under_way_until_it_serves() -> None:
    """Whoever waits for kstatus waits for it, and for no later one."""
    yard = ServingYard()
    yard.behaviours["a"] = Behaviour(ready=False)
    yard.publish("a")
    await yard.run(5)
    assert ("True", "Starting") == said(yard)["Reconciling"]
    assert "Stalled" not in said(yard)


@pytest.mark.parametrize(
    ("behaviour", "seconds", "reason", "why"),
    [
        pytest.param(Behaviour(crashes=True), 10, "Crashed", "crashed 4 times", id="it crashes"),
        pytest.param(
            Behaviour(image_missing=True), 150, "ClusterFault", "ImagePullBackOff", id="no image"
        ),
        pytest.param(Behaviour(ready=False), 200, "Crashed", "is not ready since", id="it hangs"),
    ],
)
async def test_a_first_version_that_cannot_start_stalls(
    behaviour: Behaviour, seconds: int, reason: str, why: str
) -> None:
    """Instead of being under way for good; once it starts after all, it serves."""
    yard = ServingYard()
    yard.behaviours["a"] = behaviour
    yard.publish("a")
    await yard.run(seconds)
    assert ("True", reason) == said(yard)["Stalled"]
    assert "Reconciling" not in said(yard)
    assert why in yard.resource.status.why
    yard.behaviours["a"] = Behaviour()
    await yard.run(30)
    assert ("True", "Serving") == said(yard)["Ready"]
    assert "Stalled" not in said(yard)


async def test_a_rollout_that_waits_for_a_person_is_suspended() -> None:
    """By its step, or by request."""
    yard = ServingYard(
        spec={"rollout": {"steps": [{"weightPercent": 50, "minSeconds": 5, "pause": "Manual"}]}}
    )
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=50, b=50)
    assert "Suspended" not in said(yard)
    yard.ask(f"pause@{yard.name('b')}")
    await yard.run(2)
    assert ("True", "Paused") == said(yard)["Suspended"]
    yard.ask(f"resume@{yard.name('b')}")
    await yard.run(2)
    assert "Suspended" not in said(yard)
    await yard.run(60)
    assert ("True", "Paused") == said(yard)["Suspended"]


async def test_the_columns_answer_why_nothing_moves() -> None:
    """Step, verdict and how many requests are missing."""
    yard = ServingYard(spec={"analysis": {"minRequests": 100000}})
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    await yard.run(35)
    status = yard.resource.status
    assert status.rollout is not None
    assert ("1/2", "NoEvidence") == (status.rollout.progress, status.rollout.verdict)
    assert "of 100000 requests" in status.why


async def test_before_any_version_the_reason_is_that_of_the_source() -> None:
    """A missing TrainingJob is told as such."""
    yard = ServingYard()
    await yard.once()
    assert ("False", "SourceNotFound") == said(yard)["Ready"]
    assert ("Unknown", "SourceNotFound") == said(yard)["RolledOut"]
    assert "recipe" in yard.resource.status.why


async def test_no_ready_pod_is_told_with_its_cause() -> None:
    """And ends Ready at once."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["a"] = Behaviour(crashes=True)
    await yard.run(3)
    ready = next(c for c in yard.resource.status.conditions if c.type == "Ready")
    assert ("False", "NotReady", True) == (ready.status, ready.reason, "crashed" in ready.message)


async def test_without_a_service_of_its_own_it_does_not_serve() -> None:
    """Whoever took the name; `Ready` is what users of the Service see."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.objects["Service", NAME]["metadata"]["ownerReferences"] = []
    await yard.once()
    assert "False" == said(yard)["Ready"][0]
    assert f"no Service {NAME}" in yard.resource.status.why


async def test_a_quarantined_version_says_how_to_release_it() -> None:
    """The sentence can be copied."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["b"] = Behaviour(crashes=True)
    yard.publish("b")
    await yard.run(30)
    assert f"unquarantine@{digest('b')}" in yard.resource.status.why
    assert ("True", "Quarantined") == said(yard)["Stalled"]
    assert ("True", "Serving") == said(yard)["Ready"]


async def test_while_nothing_serves_the_column_says_what_is_awaited() -> None:
    """A first version in training leaves no empty column; later ones are not worth a word."""
    yard = ServingYard()
    yard.publish("a")
    made = yard.objects.pop(("TrainingJob", "recipe"))
    yard.objects["TrainingJob", "recipe"] = made | {"status": {}}
    await yard.once()
    assert ("False", "NoVersionYet") == said(yard)["Ready"]
    assert "no accepted version" in yard.resource.status.why
    yard.objects["TrainingJob", "recipe"] = made
    await yard.run(20)
    yard.objects["TrainingJob", "recipe"] = made | {"status": {}}
    await yard.once()
    assert ("False", "NoVersionYet") == said(yard)["SourceReady"]
    assert "serves recipe-a" == yard.resource.status.why


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        pytest.param(Behaviour(image_missing=True), "ImagePullBackOff: no image", id="no image"),
        pytest.param(Behaviour(crashes=True), "crashed 4 times", id="a crash loop"),
        pytest.param(Behaviour(ready=False), "no router is ready", id="not yet"),
    ],
)
async def test_routers_that_cannot_serve_are_told(behaviour: Behaviour, why: str) -> None:
    """Instead of a prediction that never comes."""
    yard = ServingYard(spec=ROUTERS_ALWAYS, router_behaviour=behaviour)
    yard.publish("a")
    await yard.run(40)
    assert ("False", "NotReady") == said(yard)["Ready"]
    assert "no router is ready" in yard.resource.status.why
    assert why in yard.resource.status.why
    yard.router_behaviour = Behaviour()
    await yard.run(20)
    assert ("True", "Serving") == said(yard)["Ready"]
