"""Every field that a move changes of a rollout that goes on, and no other.

Proves: operator/trainyard/model_deployments/rollout/moves.py
"""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import NOW
from written_rollout import ROLLOUT, SPEC, VIEW, before, told

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.moves import (
    before_the_first_step,
    begun_now,
    moved,
    resumed,
)
from trainyard.model_deployments.rollout.steps import steps_digest
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.traffic.decision import split

LATER = {"verdict": "NoEvidence", "why": "the step just began"}
AT_THE_START = {
    "phase": "Starting",
    "step": 0,
    "progress": "",
    "weight_percent": 0,
    "mirror_percent": 0,
    "observed_until": None,
}
NOW_ON = {"step_started_at": NOW, "paused_at": None, "paused_seconds": 0}


def changed(after: RolloutStatus | None, rollout: RolloutStatus = ROLLOUT) -> dict[str, Any]:
    """Return the fields that are others now."""
    assert after is not None
    old, new = rollout.model_dump(), after.model_dump()
    return {name: new[name] for name in new if new[name] != old[name]}


RATE = "about 60 s at the present rate of requests"


@pytest.mark.parametrize(
    ("move", "fields", "events"),
    [
        pytest.param(Move(Act.STAY, "because"), {"why": "because"}, [], id="staying"),
        pytest.param(
            Move(Act.ENTER, "all pass", step=2, traffic=split("s", "c", 50, 20)),
            NOW_ON
            | {"phase": "Progressing", "step": 2, "progress": "2/2", "weight_percent": 50}
            | {"mirror_percent": 20, "steps_digest": steps_digest(SPEC.spec)}
            | {"expected_seconds": 60, "observed_until": None, "stable_requests": 0}
            | {"canary_requests": 0, "verdict": "NoEvidence", "why": "the step just began"},
            [
                (
                    "Normal",
                    "StepStarted",
                    f"step 2 of 2: 50 % for c; before: all pass; {RATE}",
                )
            ],
            id="entering a step",
        ),
        pytest.param(
            Move(Act.FINISH, "all steps passed"),
            NOW_ON | {"phase": "Progressing", "why": "all steps passed"},
            [],
            id="finishing",
        ),
        pytest.param(
            Move(Act.FINISH, "41 requests", reason=Reason.NO_EVIDENCE),
            NOW_ON | {"phase": "Progressing", "why": "41 requests"},
            [("Normal", "NoEvidence", "41 requests")],
            id="finishing without evidence",
        ),
        pytest.param(
            Move(Act.WITHDRAW, "no pod", traffic=split("s", "c", 0)),
            NOW_ON | AT_THE_START | {"finishing": False, "taken_over": False, "why": "no pod"},
            [("Warning", "NotReady", "all requests to the stable version for now: no pod")],
            id="withdrawing",
        ),
        pytest.param(
            Move(Act.TAKE_OVER, "no pod", traffic=split("s", "c", 100)),
            {"observed_until": None, "why": "no pod"},
            [
                (
                    "Warning",
                    "StableFailed",
                    "all requests to the new version, which is not promoted: no pod",
                )
            ],
            id="taking over",
        ),
        pytest.param(
            Move(Act.GIVE_BACK, "it is back", traffic=split("s", "c", 5)),
            {"taken_over": False, "observed_until": None, "stable_requests": 0}
            | {"canary_requests": 0, "step_started_at": NOW, "paused_seconds": 0}
            | {"why": "it is back"},
            [("Normal", "StepStarted", "it is back: 5 % for the new version")],
            id="giving back",
        ),
        pytest.param(
            Move(Act.PAUSE, "a person decides"),
            {"paused_at": NOW, "why": "a person decides"},
            [("Normal", "Paused", "a person decides")],
            id="pausing",
        ),
        pytest.param(
            Move(Act.INCONCLUSIVE, "too long", reason=Reason.INCONCLUSIVE),
            {"phase": "Inconclusive", "paused_at": NOW, "why": "too long"},
            [("Warning", "Inconclusive", "too long")],
            id="waiting for a person",
        ),
    ],
)
def test_what_a_move_makes_of_a_rollout(
    move: Move, fields: dict[str, Any], events: list[tuple[str, str, str]]
) -> None:
    """Each field, and what is told."""
    counted = ROLLOUT
    if move.act is Act.ENTER:
        fields = fields | {"checks": changed_checks()}
    if move.act is Act.TAKE_OVER:
        counted = ROLLOUT.model_copy(update={"taken_over": False})
        fields = fields | {"taken_over": True}
    if move.act is Act.FINISH:
        counted = ROLLOUT.model_copy(update={"finishing": False})
        fields = fields | {"finishing": True}
    turn = moved(VIEW, before(counted), move)
    assert fields == changed(turn.status.rollout, counted)
    assert events == told(turn)


def changed_checks() -> tuple[dict[str, Any], ...]:
    """Return the check as it begins anew."""
    (check,) = ROLLOUT.checks
    return (check.model_copy(update=LATER).model_dump(),)


def test_a_first_step_says_nothing_of_one_before_and_no_time_that_nobody_knows() -> None:
    """There was none, and nothing was counted."""
    start = ROLLOUT.model_copy(update={"step": 0, "observed_until": None})
    turn = moved(VIEW, before(start), Move(Act.ENTER, "ready", 1, traffic=split("s", "c", 5)))
    assert [("Normal", "StepStarted", "step 1 of 2: 5 % for c")] == told(turn)
    without = moved(VIEW, before(), Move(Act.ENTER, "ready", 1))
    assert before().status == without.status


def test_a_wait_for_a_person_is_told_once() -> None:
    """What is said of it may change; since when it waits does not."""
    waiting = ROLLOUT.model_copy(update={"phase": "Inconclusive"})
    turn = moved(VIEW, before(waiting), Move(Act.INCONCLUSIVE, "still", reason=Reason.INCONCLUSIVE))
    assert ({"why": "still"}, []) == (changed(turn.status.rollout, waiting), told(turn))


LONG = "y" * 600


@pytest.mark.parametrize(
    "act", [Act.STAY, Act.FINISH, Act.WITHDRAW, Act.TAKE_OVER, Act.PAUSE, Act.INCONCLUSIVE]
)
def test_what_a_rollout_says_is_short(act: Act) -> None:
    """It stands in the status."""
    rollout = moved(VIEW, before(), Move(act, LONG)).status.rollout
    assert rollout is not None
    assert 500 == len(rollout.why)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        pytest.param({}, {"phase": "Progressing", "paused_seconds": 80}, id="a pause of 30 s"),
        pytest.param({"step": 0}, {"phase": "Starting", "paused_seconds": 80}, id="at the start"),
        pytest.param(
            {"paused_at": None}, {"phase": "Progressing", "paused_seconds": 50}, id="no pause"
        ),
        pytest.param(
            {"phase": "Inconclusive"},
            {"phase": "Progressing", "step_started_at": NOW, "paused_seconds": 0},
            id="a wait for evidence is over, and its time begins anew",
        ),
    ],
)
def test_what_goes_on_after_a_pause(fields: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Nobody holds it any more."""
    found = resumed(VIEW, ROLLOUT.model_copy(update=fields))
    assert {"paused_at": None, "pause_requested": False} | wanted == found


def test_what_begins_is_at_its_beginning() -> None:
    """A step, and a rollout before its first one."""
    assert (NOW_ON, AT_THE_START) == (begun_now(VIEW), before_the_first_step())
