"""The way through the steps: every move with its words and its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment
from standings import READY, rollout, standing

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout.promotion import NOT_REACHED
from trainyard.model_deployments.rollout.stepping import into_step, step_by_step
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing
from trainyard.model_deployments.traffic.decision import all_to, split

STEPS: list[dict[str, Any]] = [
    {"weightPercent": 10, "minSeconds": 60},
    {"weightPercent": 50, "minSeconds": 60, "pause": "Manual"},
    {"mirrorPercent": 30},
    {"minSeconds": 7},
]
WAITED = 1801
"""Seconds: longer than evidence is waited for."""


def at_step(number: int, seconds: float = 90, **fields: Any) -> Standing:
    """Return a rollout in the step for so long; its checks pass, its pods are ready."""
    analysis = {"onNoEvidence": fields.pop("policy", "Hold")}
    spec = a_model_deployment(replicas=10, rollout={"steps": STEPS}, analysis=analysis).spec
    found = replace(standing(rollout(number, seconds)), spec=spec, canary=replace(READY, ready=10))
    return replace(found, **fields)


def entered(number: int, why: str, weight: int, mirror: int = 0) -> Move:
    """Return the entry into the step."""
    traffic = split("s", "c", weight, mirror)
    return Move(Act.ENTER, why, step=number, reason=Reason.STEP_STARTED, traffic=traffic)


@pytest.mark.parametrize(
    ("at", "move"),
    [
        pytest.param(at_step(0), entered(1, "all checks pass", 10), id="ready pods begin"),
        pytest.param(at_step(1), entered(2, "all checks pass", 50), id="the next step"),
        pytest.param(at_step(1, 60), entered(2, "all checks pass", 50), id="not a second later"),
        pytest.param(
            at_step(1, 59),
            Move(Act.STAY, "all checks pass; step 1 lasts 60 s at least"),
            id="nor a second before",
        ),
        pytest.param(
            at_step(2),
            Move(Act.PAUSE, "step 2 passed and waits: resume@c", reason=Reason.PAUSED),
            id="a person is awaited",
        ),
        pytest.param(
            at_step(2, last_request="resume@c"),
            Move(Act.PAUSE, "step 2 passed and waits: resume@c#2", reason=Reason.PAUSED),
            id="who was awaited at another step too",
        ),
        pytest.param(at_step(3), entered(4, "all checks pass", 0), id="a preview"),
        pytest.param(
            at_step(4),
            Move(Act.FINISH, "10 of 10 pods are ready for all requests; all checks pass"),
            id="behind the last step",
        ),
        pytest.param(
            at_step(0, routers_know=False, routers_trouble="no image"),
            Move(Act.STAY, f"{NOT_REACHED}; no image"),
            id="routers are behind",
        ),
        pytest.param(
            at_step(1, verdict=Answer.NO_EVIDENCE, why="41 of 300 requests"),
            Move(Act.STAY, "41 of 300 requests"),
            id="no evidence so far",
        ),
        pytest.param(at_step(9), Move(Act.STAY, "all checks pass"), id="a step that is not there"),
    ],
)
def test_the_way_through_the_steps(at: Standing, move: Move) -> None:
    """The whole move, as it is told."""
    assert move == step_by_step(at)


@pytest.mark.parametrize(
    ("step", "needed"),
    [
        pytest.param(0, 1, id="a tenth of the requests: one of ten pods"),
        pytest.param(1, 5, id="half of them: five"),
        pytest.param(2, 3, id="copies of 30 %: three"),
        pytest.param(3, 10, id="a preview is one of everything"),
    ],
)
def test_a_step_begins_with_pods_for_its_share(step: int, needed: int) -> None:
    """Where the version is told to have fewer, those are enough."""
    at = at_step(step)
    if step == 2:
        at = replace(at, rollout=rollout(2), spec=without_pause(at))
    few = replace(READY, ready=needed - 1, replicas=10)
    why = f"{needed - 1} of {needed} pods are ready for step {step + 1}"
    assert Move(Act.STAY, why) == step_by_step(replace(at, canary=few))
    untold = step_by_step(replace(at, canary=replace(few, replicas=0)))
    assert Move(Act.STAY, why) == untold
    for enough in (replace(READY, ready=needed, replicas=10), replace(READY, ready=1, replicas=1)):
        assert Act.ENTER is step_by_step(replace(at, canary=enough)).act


def without_pause(at: Standing) -> Any:
    """Return the spec without a step that waits for a person."""
    steps = [{**step, "pause": None} for step in STEPS]
    return a_model_deployment(replicas=10, rollout={"steps": steps}).spec


def test_without_a_stable_version_there_are_no_steps() -> None:
    """The first one serves as soon as it can."""
    found = step_by_step(at_step(0, stable=None))
    assert (Act.PROMOTE, all_to("c")) == (found.act, found.traffic)


def test_pods_that_never_come_are_told_to_a_person() -> None:
    """Once the deadline is over; before, it waits."""
    few = replace(READY, ready=0)
    late = step_by_step(at_step(0, 3601, canary=few, why=""))
    assert (Act.INCONCLUSIVE, Act.STAY) == (
        late.act,
        step_by_step(at_step(0, 3600, canary=few)).act,
    )


WHY = "no evidence after 1800 s (41 of 300 requests)"
ASKED = "7 requests to the new version, 8 to the stable one"


def late(policy: str = "Hold", step: int = 1, seconds: float = WAITED, **fields: Any) -> Standing:
    """Return a step that waited too long for evidence."""
    checks = fields.pop("checks", ())
    rehearsal = fields.pop("rehearsal", None)
    found = at_step(step, seconds, policy=policy, verdict=Answer.NO_EVIDENCE, **fields)
    known = {"canary_requests": 7, "stable_requests": 8, "checks": checks, "rehearsal": rehearsal}
    at = RolloutStatus.model_validate({**found.rollout.model_dump(), **known})
    return replace(found, rollout=at, why="41 of 300 requests")


HOLDS = "; evidence moves it on, or resume@c, skip@… or abort@…"
REHEARSED = Rehearsal(
    name="r", phase=TaskPhase.SUCCEEDED, queued_at=NOW, verdict="Pass", why="488 of 500 agree"
)
REHEARSED_WHY = (
    f"{ASKED}: nothing failed, {WHY}, but before its first live request 488 of 500 agree"
)


def check(kind: str, verdict: str, **more: Any) -> dict[str, Any]:
    """Return what a check said."""
    return {"name": kind, "kind": kind, "verdict": verdict, "version": 1, **more}


@pytest.mark.parametrize(
    ("at", "move"),
    [
        pytest.param(
            late(), Move(Act.INCONCLUSIVE, f"{WHY}{HOLDS}", reason=Reason.NO_EVIDENCE), id="Hold"
        ),
        pytest.param(
            late(seconds=1800),
            Move(Act.STAY, "41 of 300 requests"),
            id="as long as it may wait",
        ),
        pytest.param(
            late("Rollback"),
            Move(
                Act.GIVE_UP,
                f"{WHY}; analysis.onNoEvidence is Rollback",
                reason=Reason.NO_EVIDENCE,
                traffic=all_to("s"),
            ),
            id="Rollback",
        ),
        pytest.param(
            late("Promote"),
            replace(
                entered(
                    2, f"{ASKED} and nothing failed, {WHY}; analysis.onNoEvidence is Promote", 50
                ),
                reason=Reason.NO_EVIDENCE,
            ),
            id="Promote",
        ),
        pytest.param(
            late("Promote", step=2),
            Move(
                Act.PAUSE,
                f"{ASKED} and nothing failed, {WHY}; analysis.onNoEvidence is Promote",
                reason=Reason.NO_EVIDENCE,
            ),
            id="Promote, at a step that waits for a person",
        ),
        pytest.param(
            late("Promote", counted=False),
            Move(
                Act.INCONCLUSIVE,
                f"{WHY}; analysis.onNoEvidence is Promote, but counters are unknown, and so whether"
                f" anything failed{HOLDS}",
                reason=Reason.NO_EVIDENCE,
            ),
            id="Promote, while nobody knows what failed",
        ),
        pytest.param(
            late(rehearsal=REHEARSED),
            replace(entered(2, REHEARSED_WHY, 50), reason=Reason.NO_EVIDENCE),
            id="it was rehearsed",
        ),
        pytest.param(
            late("Rollback", rehearsal=REHEARSED, checks=[check("errors", "NoEvidence")]),
            replace(entered(2, REHEARSED_WHY, 50), reason=Reason.NO_EVIDENCE),
            id="only requests are missing",
        ),
        pytest.param(
            late(rehearsal=REHEARSED, checks=[check("agreement", "Pass")]),
            replace(entered(2, REHEARSED_WHY, 50), reason=Reason.NO_EVIDENCE),
            id="answers were judged",
        ),
        pytest.param(
            late(rehearsal=REHEARSED, checks=[check("agreement", "NoEvidence", dryRun=True)]),
            replace(entered(2, REHEARSED_WHY, 50), reason=Reason.NO_EVIDENCE),
            id="a dry run cannot tell",
        ),
        pytest.param(
            late(rehearsal=REHEARSED, checks=[check("agreement", "NoEvidence")]),
            Move(Act.INCONCLUSIVE, f"{WHY}{HOLDS}", reason=Reason.NO_EVIDENCE),
            id="a check looked and cannot tell",
        ),
        pytest.param(
            late(rehearsal=REHEARSED, counted=False),
            Move(Act.INCONCLUSIVE, f"{WHY}{HOLDS}", reason=Reason.NO_EVIDENCE),
            id="nobody knows what failed",
        ),
        pytest.param(
            late(rehearsal=REHEARSED.model_copy(update={"verdict": "NoEvidence"})),
            Move(Act.INCONCLUSIVE, f"{WHY}{HOLDS}", reason=Reason.NO_EVIDENCE),
            id="a rehearsal without a result",
        ),
    ],
)
def test_what_comes_of_too_long_a_wait(at: Standing, move: Move) -> None:
    """What is known, and whose wish it was."""
    assert move == step_by_step(at)


def test_behind_the_last_step_it_ends() -> None:
    """Whatever brought it there."""
    spec = at_step(1).spec
    assert Move(Act.FINISH, "because") == into_step(spec, 5, "because", ("s", "c"))
    assert entered(3, "because", 0, 30) == into_step(spec, 3, "because", ("s", "c"))
