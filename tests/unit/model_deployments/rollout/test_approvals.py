"""Nothing gets requests, or all of them, without the people whose yes it needs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders_serving import NAME, NAMESPACE, NOW, digest
from release_stories import approval, say
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.api.v1alpha1.approval import Approval, ApprovalsSpec
from trainyard.model_deployments.observed import SeenApprovals
from trainyard.model_deployments.rollout.approvals import ApprovalAnswer, Question, verdict_on

TWO = {"required": 2, "roles": ["risk"], "before": "FirstRequest"}
GIVEN, AWAITED, REFUSED = ApprovalAnswer
HOUR = timedelta(hours=1)


def seen(*found: dict[str, Any], author: str = "ada", checked: bool = True) -> SeenApprovals:
    """Return the approvals as an observer hands them on."""
    approvals = tuple(Approval.model_validate(a) for a in found)
    return SeenApprovals(approvals, author, checked=checked)


def question(now: datetime = NOW, **spec: Any) -> Question:
    """Return what is asked about version b of a deployment that was made an hour ago."""
    return Question(ApprovalsSpec.model_validate(spec), digest("b"), NOW - HOUR, now)


BOB, EVE = approval("bob"), approval("eve")


@pytest.mark.parametrize(
    ("asked", "found", "answer", "words"),
    [
        (question(), seen(), AWAITED, "0 of 1 approvals"),
        (question(), seen(BOB), GIVEN, ""),
        (question(required=2), seen(BOB), AWAITED, "1 of 2 approvals of sha256:bbb"),
        (question(required=2), seen(BOB, EVE), GIVEN, ""),
        (
            question(required=2),
            seen(BOB, approval("bob", made=NOW - HOUR / 2)),
            AWAITED,
            "1 of 2",
        ),
        (question(), seen(approval("bob", "c")), AWAITED, "is of sha256:ccc"),
        (
            question(),
            seen(approval("ada")),
            AWAITED,
            "of ada .* is of the recipe's author",
        ),
        (question(authorMayApprove=True), seen(approval("ada")), GIVEN, ""),
        (
            question(),
            seen(BOB, author=""),
            AWAITED,
            "annotation trainyard.dev/author",
        ),
        (
            question(),
            seen(BOB, checked=False),
            AWAITED,
            "nobody checks who approves",
        ),
        (
            question(now=NOW + timedelta(days=7)),
            seen(BOB),
            AWAITED,
            "of bob .* has expired",
        ),
        (question(now=NOW + timedelta(days=7, seconds=-1)), seen(BOB), GIVEN, ""),
        (
            question(),
            seen(approval("bob", made=NOW - 2 * HOUR)),
            AWAITED,
            "older than the ModelDeployment",
        ),
        (question(roles=["risk"]), seen(BOB), AWAITED, "missing in role risk"),
        (question(roles=["risk"]), seen(approval("bob", roles=["risk"])), GIVEN, ""),
        (
            question(),
            seen(BOB, approval("eve", decision="Reject", comment="biased")),
            REFUSED,
            "eve rejected it: biased",
        ),
        (
            question(),
            seen(
                approval("bob", made=NOW - HOUR / 2, decision="Reject"),
                BOB,
            ),
            GIVEN,
            "",
        ),
        (
            question(),
            seen(approval("ada", decision="Reject")),
            REFUSED,
            "ada rejected it",
        ),
        (
            question(),
            seen(BOB, approval("eve", "c", decision="Reject")),
            GIVEN,
            "",
        ),
    ],
    ids=[
        "nobody said anything",
        "one yes where one is needed",
        "one yes where two are needed",
        "two people",
        "one person counts once",
        "of another version",
        "nobody approves their own work",
        "unless they may",
        "who wrote it is not known",
        "anybody could have written it",
        "it expires",
        "and counts until then",
        "an earlier deployment of that name",
        "a role is missing",
        "a role is there",
        "one no is enough",
        "the newest word of a person counts",
        "authors may reject",
        "a no to another version",
    ],
)
def test_what_people_say(
    asked: Question, found: SeenApprovals, answer: ApprovalAnswer, words: str
) -> None:
    """Three answers, and why."""
    said = verdict_on(asked, found, NAME)
    assert answer is said.answer
    assert re.search(words, said.why), said.why


async def yard_with(**approvals: Any) -> ServingYard:
    """Return a world in which version a serves and b, of ada's recipe, is on its way."""
    rollout = {"strategy": "Canary", "steps": [{"weightPercent": 20, "minSeconds": 60}]}
    yard = ServingYard(spec={"rollout": rollout})
    yard.publish("a")
    await yard.until(60, a=100)
    yard.raw["spec"]["rollout"]["approvals"] = approvals
    yard.objects["ModelVersion", "recipe-b"] = {
        "kind": "ModelVersion",
        "metadata": {"name": "recipe-b", "namespace": NAMESPACE},
        "spec": {"author": "ada"},
    }
    yard.publish("b")
    return yard


def suspended(yard: ServingYard) -> str:
    """Return what the condition Suspended says; empty: there is none."""
    conditions = yard.resource.status.conditions
    return next((c.message for c in conditions if c.type == "Suspended" and c.status == "True"), "")


async def test_the_promotion_waits_and_says_for_whom() -> None:
    """The steps go on meanwhile; nothing runs out of time."""
    yard = await yard_with(required=1)
    await yard.run(7200)
    assert {"a": 80, "b": 20} == yard.weights
    assert "0 of 1 approvals" in suspended(yard)
    say(yard, "bob")
    await yard.until(60, b=100)
    assert "approved by bob" in yard.resource.status.history[-1].message
    assert not suspended(yard)


async def test_before_the_first_request_nobody_meets_it() -> None:
    """Neither a request nor a copy; an approval that goes takes the requests away again."""
    yard = await yard_with(**TWO)
    say(yard, "eve", roles=["risk"])
    await yard.run(600)
    assert {"a": 100, "b": 0} == yard.weights
    assert "1 of 2 approvals" in suspended(yard)
    say(yard, "bob")
    await yard.until(60, a=80, b=20)
    for key in [key for key in yard.objects if key[0] == "Approval"]:
        del yard.objects[key]
    await yard.run(30)
    assert {"a": 100, "b": 0} == yard.weights


async def test_a_rejected_version_is_taken_back() -> None:
    """And is not tried again by itself."""
    yard = await yard_with(required=1)
    await yard.until(60, a=80, b=20)
    say(yard, "eve", decision="Reject", comment="biased")
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert "eve rejected it: biased" in yard.resource.status.quarantine[0].message


@pytest.mark.parametrize("request_", ["promote", "skip", "resume"])
async def test_no_request_replaces_a_yes(request_: str) -> None:
    """Whoever may move a rollout may not approve by that."""
    yard = await yard_with(required=1)
    await yard.run(300)
    yard.ask(f"{request_}@{yard.name('b')}")
    await yard.run(300)
    assert {"a": 80, "b": 20} == yard.weights


async def test_an_unapproved_version_does_not_take_over() -> None:
    """Where it needs the yes before its first request; else it does, unpromoted."""
    yard = await yard_with(**TWO)
    await yard.run(120)
    yard.behaviours["a"] = Behaviour(ready=False)
    await yard.run(120)
    assert {"a": 100, "b": 0} == yard.weights


async def test_the_policy_is_tried_and_not_believed() -> None:
    """Where a forgery would pass, no approval counts; where it is refused again, it does."""
    yard = await yard_with(required=1)
    yard.policy = ""
    say(yard, "bob")
    await yard.run(600)
    assert {"a": 80, "b": 20} == yard.weights
    assert "nobody checks who approves" in suspended(yard)
    yard.policy = "ValidatingAdmissionPolicy 'p' denied request: the operator approves nothing"
    await yard.run(120)
    assert {"a": 80, "b": 20} == yard.weights, "another rule refused it, not the one on names"
    yard.policy = "ValidatingAdmissionPolicy 'p' denied request: system:trainyard:somebody-else"
    await yard.until(120, b=100)


async def test_a_no_is_not_hidden_behind_many_approvals() -> None:
    """Where more name the deployment than are read, none counts until some are deleted."""
    yard = await yard_with(required=1)
    for number in range(70):
        say(yard, f"bob-{number}", letter="c")
    say(yard, "bob")
    await yard.run(300)
    assert {"a": 80, "b": 20} == yard.weights
    assert "delete the old ones" in suspended(yard)
    for key in [key for key in yard.objects if key[0] == "Approval" and "-c-" in key[1]]:
        del yard.objects[key]
    await yard.until(60, b=100)


async def test_the_first_version_waits_too() -> None:
    """Nobody is served by what nobody approved."""
    yard = ServingYard(spec={"rollout": {"approvals": {"authorMayApprove": True}}})
    yard.publish("b")
    await yard.run(300)
    assert yard.resource.status.stable is None
    assert "0 of 1 approvals" in yard.resource.status.why
    say(yard, "bob")
    await yard.until(60, b=100)


async def test_the_same_bytes_need_nobody() -> None:
    """A new template of the version that serves was approved already; so was the way back."""
    yard = await yard_with(required=1)
    say(yard, "bob")
    await yard.until(300, b=100)
    yard.raw["spec"]["server"] = {"maxBatchRows": 7}
    del yard.objects["Approval", next(name for kind, name in yard.objects if kind == "Approval")]
    await yard.run(600)
    assert {"b": 100} == yard.weights
    assert yard.resource.status.canary is None
