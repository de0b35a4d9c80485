"""A signal whose action is Rollback brings the version before back, when that is the better one."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import digest
from release_stories import QUICK, told
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.api.v1alpha1.model_deployment_status import QuarantineEntry

QUALITY: dict[str, Any] = {
    "quality": {
        "prometheus": {"query": 'accuracy{revision="$(revision)"}', "min": "0.9"},
        "intervalSeconds": 10,
        "failureLimit": 3,
        "action": "Rollback",
    }
}
ERRORS: dict[str, Any] = {
    "errors": {"againstPrevious": {}, "intervalSeconds": 10, "action": "Rollback"}
}


async def promoted(monitoring: dict[str, Any], **accuracy: float) -> ServingYard:
    """Return a yard in which `b` was promoted after `a`; accuracies by letter."""
    yard = ServingYard(spec=QUICK | {"monitoring": monitoring})
    values = {"a": 0.95, "b": 0.95} | accuracy
    yard.publish("a")
    yard.numbers = {f'accuracy{{revision="{yard.name(k)}"}}': v for k, v in values.items()}
    await yard.run(60)
    yard.publish("b")
    await yard.until(300, b=100)
    return yard


def set_accuracy(yard: ServingYard, letter: str, value: float) -> None:
    """Have Prometheus say this of a version from now on."""
    yard.numbers[f'accuracy{{revision="{yard.name(letter)}"}}'] = value


async def test_a_wrong_model_goes_back_to_the_one_before() -> None:
    """It is quarantined, so the source that still names it does not bring it back."""
    yard = await promoted(QUALITY)
    set_accuracy(yard, "b", 0.5)
    await yard.until(60, a=100)
    await yard.run(200)
    assert {"a": 100} == yard.weights
    entry = yard.resource.status.quarantine[0]
    assert (digest("b"), "RolledBack") == (entry.bundle_digest, entry.reason)
    assert entry.message.startswith("Quality: ")
    assert "0.5 is below 0.9" in entry.message
    assert 1 == told(yard).count("RolledBack")
    assert "RollbackRefused" not in told(yard)


async def test_a_version_that_fails_more_than_the_one_before_goes_back() -> None:
    """No Prometheus is asked: what was counted in the rollout stands for the version before."""
    yard = await promoted(ERRORS)
    previous = yard.resource.status.previous
    assert previous is not None
    assert previous.errors is not None
    assert previous.errors.requests > 1000
    await yard.run(120)
    assert {"b": 100} == yard.weights
    yard.behaviours["b"] = Behaviour(failing=0.05)
    await yard.until(120, a=100)
    assert "the version before" in yard.resource.status.quarantine[0].message


async def test_report_is_the_default() -> None:
    """The signal is up, and nothing moves."""
    yard = await promoted({"quality": {**QUALITY["quality"], "action": "Report"}})
    set_accuracy(yard, "b", 0.5)
    await yard.run(120)
    assert {"b": 100} == yard.weights
    assert 1 == len(yard.resource.status.signals)


async def test_it_goes_back_once_for_a_signal() -> None:
    """Who lets the version in again knows what it does: it is told, and stays."""
    yard = await promoted(QUALITY)
    set_accuracy(yard, "b", 0.5)
    await yard.until(60, a=100)
    await yard.run(60)
    yard.ask(f"unquarantine@{digest('b')}")
    await yard.until(300, b=100)
    await yard.run(120)
    assert {"b": 100} == yard.weights
    assert 1 == told(yard).count("RolledBack")
    assert "it did so before" in [m for r, m in yard.events if r == "RollbackRefused"][-1]


async def test_the_one_before_must_be_known_as_better() -> None:
    """Whose quality was bad, or not known, when it was replaced, does not come back."""
    yard = await promoted(QUALITY, a=0.5)
    set_accuracy(yard, "b", 0.4)
    await yard.run(120)
    assert {"b": 100} == yard.weights
    of_b = [m for r, m in yard.events if r == "RollbackRefused" and yard.name("b") in m]
    assert 1 == len(of_b)
    assert "no good value is known" in of_b[0]


async def test_no_evidence_sends_nobody_back() -> None:
    """A Prometheus that does not answer, and counters that cannot be read."""
    yard = await promoted(QUALITY | ERRORS)
    yard.numbers, yard.blind = {}, True
    yard.behaviours["b"] = Behaviour(failing=0.5)
    await yard.run(300)
    assert {"b": 100} == yard.weights
    assert () == yard.resource.status.signals


async def test_the_first_version_has_nobody_before_it() -> None:
    """It serves on, and that is told once."""
    yard = ServingYard(spec=QUICK | {"monitoring": QUALITY})
    yard.publish("a")
    set_accuracy(yard, "a", 0.5)
    await yard.run(200)
    assert {"a": 100} == yard.weights
    assert 1 == told(yard).count("RollbackRefused")


async def test_a_rollout_under_way_is_let_come_to_its_end() -> None:
    """The newer version may be the cure; when it is not, the signal still asks."""
    yard = await promoted(QUALITY)
    yard.publish("c")
    await yard.until(60, b=95, c=5)
    set_accuracy(yard, "b", 0.5)
    yard.behaviours["c"] = Behaviour(failing=0.9)
    await yard.until(120, b=100)
    await yard.until(60, a=100)
    assert {digest("b"), digest("c")} == {e.bundle_digest for e in yard.resource.status.quarantine}


@pytest.mark.parametrize("suspended", [True, False])
async def test_a_suspended_deployment_does_not_move(suspended: bool) -> None:
    """Whatever its signals say."""
    yard = await promoted(QUALITY)
    yard.raw["spec"]["suspend"] = suspended
    set_accuracy(yard, "b", 0.5)
    await yard.run(90)
    assert ({"b": 100} if suspended else {"a": 100}) == yard.weights


async def test_a_version_in_quarantine_does_not_come_back() -> None:
    """Somebody, or a check, had a reason."""
    yard = await promoted(QUALITY)
    entry = QuarantineEntry(
        bundle_digest=digest("a"),
        revision=yard.name("a"),
        since=yard.now,
        reason="Undone",
        message="wrong prices",
    )
    yard.raw["status"]["quarantine"] = [entry.to_api()]
    set_accuracy(yard, "b", 0.5)
    await yard.run(90)
    assert {"b": 100} == yard.weights
    assert "wrong prices" in [m for r, m in yard.events if r == "RollbackRefused"][-1]


async def test_a_way_back_that_the_cluster_stopped_is_tried_again() -> None:
    """With growing pauses, for the version that is in quarantine still answers everybody."""
    yard = await promoted(QUALITY)
    yard.behaviours["a"] = Behaviour(image_missing=True)
    set_accuracy(yard, "b", 0.5)
    await yard.run(400)
    assert {"b": 100} == yard.weights
    assert 2 <= told(yard).count("ClusterFault") <= 4
    assert "RollbackRefused" not in told(yard)
    yard.behaviours["a"] = Behaviour()
    await yard.until(600, a=100)
    await yard.run(60)
    assert 1 == told(yard).count("RolledBack")
    assert [digest("b")] == [e.bundle_digest for e in yard.resource.status.quarantine]


async def test_a_way_back_that_a_person_aborts_stays_aborted() -> None:
    """Until that person has it tried again."""
    yard = await promoted(QUALITY)
    yard.behaviours["a"] = Behaviour(image_missing=True)
    set_accuracy(yard, "b", 0.5)
    await yard.run(60)
    yard.ask(f"abort@{yard.name('a')}")
    yard.behaviours["a"] = Behaviour()
    await yard.run(120)
    assert {"b": 100} == yard.weights
    yard.ask(f"retry@{yard.name('a')}")
    await yard.until(120, a=100)
