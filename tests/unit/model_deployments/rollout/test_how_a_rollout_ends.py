"""How a rollout ends: promoted, lost, or to be tried again.

Proves: operator/trainyard/model_deployments/rollout/moves.py
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NOW, digest
from written_rollout import CANARY, OLDER, ROLLOUT, STABLE, VIEW, before, told

from trainyard.api.v1alpha1.arm import Arm
from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Retry
from trainyard.api.v1alpha1.signals import MonitorState, Signal, SignalKind
from trainyard.model_deployments.rollout.moves import ended, moved, quarantined
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.traffic.decision import all_to

WARM = ModelDeploymentStatus.model_validate({"previous": OLDER.model_dump() | {"warm_until": NOW}})
KNOWN = Dispersion(intervals=10, requests=1000, errors=5, squares_millionths=9)
ARMS = (Arm(name="Stable", requests=9), Arm(name="Canary", requests=1))
GOOD = MonitorState(kind=SignalKind.QUALITY, revision="s", asked_at=NOW, good_in_a_row=2)
UP = Signal(id="u.s.Errors", kind=SignalKind.ERRORS, since=NOW)
WAITS = Retry(revision="c", failures=2, retry_at=NOW)


def test_a_promotion_hands_on_what_was_learnt() -> None:
    """The version before stays warm and is known as good; one that was warm still leaves."""
    turn = before(
        ROLLOUT.model_copy(update={"arms": ARMS}),
        previous=WARM.previous,
        leaving=("x",),
        served=(OLDER,),
        retry=WAITS,
        dispersion=KNOWN,
        signals=(UP,),
        monitors=(GOOD,),
    )
    after = moved(VIEW, turn, Move(Act.PROMOTE, "all steps passed", traffic=all_to("c")))
    status = after.status
    assert (CANARY, None, None, None) == (
        status.stable,
        status.canary,
        status.rollout,
        status.retry,
    )
    assert (KNOWN, ARMS, (), ()) == (
        status.dispersion,
        status.last_arms,
        status.signals,
        status.monitors,
    )
    assert (("x", "o"), (STABLE, OLDER)) == (status.leaving, status.served)
    assert status.previous is not None
    assert ("s", NOW + timedelta(seconds=600), (SignalKind.QUALITY,)) == (
        status.previous.revision,
        status.previous.warm_until,
        status.previous.good,
    )
    assert [("Normal", "Promoted", "c serves instead of s: all steps passed")] == told(after)


def test_a_rollout_that_lost_hands_on_what_was_learnt_too() -> None:
    """How unevenly errors come, and the result of each arm."""
    turn = before(ROLLOUT.model_copy(update={"arms": ARMS}), dispersion=KNOWN)
    status = ended(turn).status
    assert (KNOWN, ARMS) == (status.dispersion, status.last_arms)


def test_a_first_promotion_names_nobody_else() -> None:
    """And no version leaves."""
    turn = VIEW.begin().changed(canary=CANARY, rollout=ROLLOUT)
    after = moved(VIEW, turn, Move(Act.PROMOTE, "its pods are ready", traffic=all_to("c")))
    assert (None, ()) == (after.status.previous, after.status.leaving)
    assert [("Normal", "Promoted", "c serves: its pods are ready")] == told(after)


def test_a_version_that_lost_says_why_and_how_it_comes_again() -> None:
    """An entry of the quarantine replaces the one of the same version; others stay."""
    entries = tuple(
        quarantined(VIEW, revision, Reason.CRASHED, "before") for revision in (CANARY, OLDER)
    )
    turn = before(quarantine=entries, leaving=("x",))
    move = Move(Act.ROLL_BACK, "errors", reason=Reason.FAILED_CHECK, traffic=all_to("s"))
    after = moved(VIEW, turn, move)
    kept = [(e.revision, e.reason, e.message, e.since) for e in after.status.quarantine]
    assert [("o", "Crashed", "before", NOW), ("c", "FailedCheck", "errors", NOW)] == kept
    assert (None, None, ("x", "c")) == (
        after.status.canary,
        after.status.rollout,
        after.status.leaving,
    )
    message = (
        f"c is rolled back and quarantined: errors; unquarantine@{digest('b')} lets it try again"
    )
    assert [("Warning", "RolledBack", message)] == told(after)


@pytest.mark.parametrize(
    ("act", "reason", "told_as", "wait"),
    [
        (Act.RETRY_LATER, Reason.CLUSTER_FAULT, "ClusterFault", "0:01:00"),
        (Act.GIVE_UP, Reason.ROLLING_OUT, "NoEvidence", "0:30:00"),
    ],
)
def test_a_version_that_is_tried_again_says_when(
    act: Act, reason: Reason, told_as: str, wait: str
) -> None:
    """Nothing is held against it."""
    after = moved(VIEW, before(), Move(act, "no image", reason=reason, traffic=all_to("s")))
    assert after.status.retry is not None
    assert ("c", 1, "no image") == (
        after.status.retry.revision,
        after.status.retry.failures,
        after.status.retry.message,
    )
    assert ((), {"s": 100}) == (
        after.status.quarantine,
        {share.revision: share.weight_percent for share in after.status.traffic},
    )
    message = f"c is taken back, again in {wait}: no image"
    assert [("Warning", told_as, message)] == told(after)


@pytest.mark.parametrize("act", [Act.PROMOTE, Act.ROLL_BACK, Act.RETRY_LATER, Act.GIVE_UP])
def test_a_move_without_a_new_version_changes_nothing(act: Act) -> None:
    """There is nothing that could end."""
    turn = VIEW.begin().changed(stable=STABLE)
    assert turn == moved(VIEW, turn, Move(act, "because"))


LONG = "y" * 600


def test_what_is_kept_of_a_version_that_lost_is_short() -> None:
    """As long as it is in quarantine, or waits."""
    lost = moved(VIEW, before(), Move(Act.ROLL_BACK, LONG)).status.quarantine
    again = moved(VIEW, before(), Move(Act.RETRY_LATER, LONG)).status.retry
    assert again is not None
    assert [500, 500] == [len(lost[0].message), len(again.message)]


@pytest.mark.parametrize(
    ("fields", "rollout", "previous"),
    [
        pytest.param({}, {}, None, id="a new version was never the one before"),
        pytest.param({}, {"readiness_only": True}, "c", id="one that was to come back was"),
        pytest.param({"stable": None}, {"readiness_only": True}, None, id="unless nothing served"),
        pytest.param({"canary": None}, {"readiness_only": True}, None, id="or there is none"),
        pytest.param(
            {"previous": OLDER}, {"readiness_only": True}, "o", id="the one before stays so"
        ),
        pytest.param({"rollout": None}, {}, None, id="without a rollout"),
    ],
)
def test_which_version_was_before(
    fields: dict[str, Any], rollout: dict[str, Any], previous: str | None
) -> None:
    """After a rollout that did not win; all requests go to the stable version."""
    if "previous" in fields:
        status = ModelDeploymentStatus.model_validate({"previous": OLDER.model_dump()})
        fields = {"previous": status.previous}
    at = before(ROLLOUT.model_copy(update=rollout)).changed(**fields)
    status = ended(at).status
    assert previous == (status.previous.revision if status.previous else None)
    served = {} if status.stable is None else {"s": 100}
    assert served == {share.revision: share.weight_percent for share in status.traffic}
    assert (("c",) if at.status.canary else ()) == status.leaving
