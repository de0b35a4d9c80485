"""What people may ask, when, and what comes of it."""

from __future__ import annotations

import pytest
from builders_serving import digest
from serving_pods import Behaviour
from serving_yard import ServingYard

SPEC = {
    "replicas": 2,
    "rollout": {
        "steps": [{"weightPercent": 10, "pause": "Manual"}, {"weightPercent": 50}],
        "scaleDownDelaySeconds": 600,
    },
}


async def releasing(letter: str = "b") -> ServingYard:
    """Return a yard in the first step of a release, which waits for a person at its end."""
    yard = ServingYard(spec=SPEC)
    yard.publish("a")
    await yard.run(30)
    yard.publish(letter)
    await yard.until(20, a=90, b=10)
    return yard


async def answer(yard: ServingYard, request: str) -> tuple[str, str]:
    """Ask, and return outcome and message."""
    yard.ask(request)
    await yard.run(2)
    found = yard.resource.status.requests[-1]
    assert request == found.request
    return found.outcome, found.message


async def test_promote_ends_all_steps_at_once() -> None:
    """All requests go to the new version, which is stable from then on."""
    yard = await releasing()
    assert "Done" == (await answer(yard, f"promote@{yard.name('b')}"))[0]
    assert {"b": 100} == yard.weights


async def test_a_request_acts_once() -> None:
    """The annotation stays, and a later rollout is not promoted by it."""
    yard = await releasing()
    await answer(yard, f"promote@{yard.name('b')}")
    count = len(yard.resource.status.requests)
    yard.publish("c")
    await yard.until(60, b=90, c=10)
    await yard.run(30)
    assert {"b": 90, "c": 10} == yard.weights
    assert count == len(yard.resource.status.requests)


async def test_hold_freezes_the_weights_until_resume() -> None:
    """Even a failing version stays at its weight, and is judged again afterwards."""
    yard = await releasing()
    assert "Done" == (await answer(yard, f"pause@{yard.name('b')}"))[0]
    yard.behaviours["b"] = Behaviour(failing=0.5)
    await yard.run(100)
    assert {"a": 90, "b": 10} == yard.weights
    assert "Done" == (await answer(yard, f"resume@{yard.name('b')}"))[0]
    await yard.until(90, a=100)


async def test_resume_ends_a_manual_pause() -> None:
    """Once the step passed."""
    yard = await releasing()
    outcome, message = await answer(yard, f"resume@{yard.name('b')}")
    assert ("Refused", True) == (outcome, "not paused" in message)
    await yard.run(90)
    assert {"a": 90, "b": 10} == yard.weights
    assert "Done" == (await answer(yard, f"resume@{yard.name('b')}#2"))[0]
    assert {"a": 50, "b": 50} == yard.weights


async def test_skip_ends_a_step_without_evidence() -> None:
    """The person answers for it."""
    yard = await releasing()
    assert "Done" == (await answer(yard, f"skip@{yard.name('b')}"))[0]
    assert {"a": 50, "b": 50} == yard.weights


async def test_abort_gives_stable_everything_and_retry_lets_it_try_again() -> None:
    """An aborted version is not started again by itself."""
    yard = await releasing()
    assert "Done" == (await answer(yard, f"abort@{yard.name('b')}"))[0]
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert "Done" == (await answer(yard, f"retry@{yard.name('b')}"))[0]
    await yard.until(60, a=90, b=10)


async def test_abort_never_leaves_nobody() -> None:
    """The stable version is down, and the new one has all requests."""
    yard = await releasing()
    yard.behaviours["a"] = Behaviour(ready=False)
    await yard.until(10, a=0, b=100)
    outcome, message = await answer(yard, f"abort@{yard.name('b')}")
    assert ("Refused", True) == (outcome, "no pod of the stable version" in message)
    yard.publish("a")
    await yard.run(5)
    assert {"a": 0, "b": 100} == yard.weights
    yard.behaviours["a"] = Behaviour()
    await yard.until(10, a=100)


async def test_release_ends_a_quarantine() -> None:
    """By digest, so that one sentence from the status can be copied."""
    yard = await releasing()
    yard.behaviours["b"] = Behaviour(failing=0.5)
    await yard.until(60, a=100)
    yard.behaviours["b"] = Behaviour()
    assert "Refused" == (await answer(yard, f"retry@{digest('b')}"))[0]
    assert "Done" == (await answer(yard, f"unquarantine@{digest('b')}"))[0]
    await yard.until(60, a=90, b=10)


async def test_undo_goes_back_to_the_version_before() -> None:
    """At once while it is warm; the version that was left is quarantined."""
    yard = await releasing()
    await answer(yard, f"promote@{yard.name('b')}")
    assert "Done" == (await answer(yard, f"undo@{yard.name('b')}"))[0]
    await yard.until(10, a=100)
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert [digest("b")] == [e.bundle_digest for e in yard.resource.status.quarantine]


@pytest.mark.parametrize("named", ["revision", "digest", "version"])
async def test_undo_goes_back_to_any_version_that_served(named: str) -> None:
    """By each of its names; what was between them is not tried again by itself."""
    yard = ServingYard(spec=SPEC | {"rollout": {"strategy": "Immediate"}})
    for letter in "abc":
        yard.publish(letter)
        await yard.until(60, **{letter: 100})
    await yard.run(60)
    served = yard.resource.status.served
    assert [digest("b"), digest("a")] == [revision.bundle_digest for revision in served]
    outcome, message = await answer(yard, "undo@nobody")
    assert ("Refused", True) == (outcome, f"undo@ one of {yard.name('b')}" in message), message
    names = {"revision": yard.name("a"), "digest": digest("a"), "version": "recipe-a"}
    assert "Done" == (await answer(yard, f"undo@{names[named]}"))[0]
    await yard.until(60, a=100)
    served = yard.resource.status.served
    assert [digest("c"), digest("b")] == [revision.bundle_digest for revision in served]
    assert [digest("c")] == [e.bundle_digest for e in yard.resource.status.quarantine]


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        pytest.param("dance@tumours", "knows promote, skip", id="a word that nobody knows"),
        pytest.param("run@tumours", "knows promote, skip", id="a verb of another kind"),
        pytest.param("promote@another", "is tumours-", id="another rollout's name"),
        pytest.param("promote", "not nothing", id="no target"),
        pytest.param("undo@x", "a rollout is under way", id="undo during a rollout"),
        pytest.param("unquarantine@sha256:0", "not in quarantine", id="nothing to release"),
        pytest.param("retry@x", "neither waits", id="nothing to retry"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(request_: str, part: str) -> None:
    """Nothing moves, and the outcome says what to ask instead."""
    yard = await releasing()
    outcome, message = await answer(yard, request_)
    assert ("Refused", True) == (outcome, part in message), message
    assert {"a": 90, "b": 10} == yard.weights


async def test_without_a_rollout_there_is_nothing_to_promote() -> None:
    """The sentence says so."""
    yard = ServingYard(spec=SPEC)
    yard.publish("a")
    await yard.run(30)
    assert ("Refused", "no rollout is under way") == await answer(yard, "promote@x")
    assert ("Refused", "no version was stable before this one") == await answer(
        yard, f"undo@{yard.name('a')}"
    )


async def test_a_suspended_deployment_refuses_what_moves() -> None:
    """And says how to end that."""
    yard = await releasing()
    yard.raw["spec"]["suspend"] = True
    outcome, message = await answer(yard, f"promote@{yard.name('b')}")
    assert ("Refused", True) == (outcome, "spec.suspend" in message)
