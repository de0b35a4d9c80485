"""What a move makes of the status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.moves import moved
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import all_to, shares_of, split
from trainyard.model_deployments.view import Turn, View

STABLE = Revision(revision="s", bundle_digest=digest("a"))
CANARY = Revision(revision="c", bundle_digest=digest("b"))
ROLLOUT = RolloutStatus(
    id="c.1", revision="c", phase="Progressing", step=1, started_at=NOW, step_started_at=NOW
)

TRAFFIC = {
    Act.ENTER: split("s", "c", 50),
    Act.PROMOTE: all_to("c"),
    Act.ROLL_BACK: all_to("s"),
    Act.RETRY_LATER: all_to("s"),
    Act.GIVE_UP: all_to("s"),
    Act.WITHDRAW: split("s", "c", 0),
    Act.TAKE_OVER: split("s", "c", 100),
}
REASONS = {Act.RETRY_LATER: Reason.CLUSTER_FAULT}


def after(
    act: Act,
    *,
    step: int = 0,
    spec: dict[str, Any] | None = None,
    rollout: RolloutStatus = ROLLOUT,
) -> Turn:
    """Return what the move makes of a rollout at 5 %."""
    resource = a_model_deployment(**(spec or {}))
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    before = view.begin().changed(stable=STABLE, canary=CANARY, rollout=rollout)
    before = before.changed(traffic=shares_of(before.status, split("s", "c", 5)))
    reason = REASONS.get(act, Reason.ROLLING_OUT)
    move = Move(act, "because", step=step, reason=reason, traffic=TRAFFIC.get(act))
    return moved(view, before, move)


def weights(turn: Turn) -> dict[str, int]:
    """Return the weights by revision."""
    return {t.revision: t.weight_percent for t in turn.status.traffic}


@pytest.mark.parametrize(
    ("act", "wanted", "event"),
    [
        pytest.param(Act.STAY, {"s": 95, "c": 5}, None, id="staying tells nothing"),
        pytest.param(Act.FINISH, {"s": 95, "c": 5}, None, id="finishing waits for pods"),
        pytest.param(Act.PROMOTE, {"c": 100}, "Promoted", id="promotion"),
        pytest.param(Act.ROLL_BACK, {"s": 100}, "RolledBack", id="rolling back"),
        pytest.param(Act.RETRY_LATER, {"s": 100}, "ClusterFault", id="retrying later"),
        pytest.param(Act.GIVE_UP, {"s": 100}, "NoEvidence", id="giving up without evidence"),
        pytest.param(Act.WITHDRAW, {"s": 100, "c": 0}, "NotReady", id="withdrawing"),
        pytest.param(Act.TAKE_OVER, {"s": 0, "c": 100}, "StableFailed", id="taking over"),
        pytest.param(Act.PAUSE, {"s": 95, "c": 5}, "Paused", id="pausing"),
        pytest.param(Act.INCONCLUSIVE, {"s": 95, "c": 5}, "RollingOut", id="holding"),
    ],
)
def test_every_move_of_traffic_is_told_once(
    act: Act, wanted: dict[str, int], event: str | None
) -> None:
    """One Event and one history entry with the same reason."""
    turn = after(act)
    assert wanted == weights(turn)
    assert [event] * bool(event) == [e.reason for e in turn.events]
    assert [event] * bool(event) == [h.reason for h in turn.status.history]


def test_entering_a_step_takes_its_weight_and_a_clean_sheet() -> None:
    """Requests of the step before do not count for this one."""
    turn = after(Act.ENTER, step=2)
    rollout = turn.status.rollout
    assert rollout is not None
    assert {"s": 50, "c": 50} == weights(turn)
    assert (2, "2/2", 0, None) == (
        rollout.step,
        rollout.progress,
        rollout.canary_requests,
        rollout.observed_until,
    )


def test_the_version_before_stays_warm_behind_a_router_and_leaves_without() -> None:
    """A pod behind a plain Service would get requests."""
    warm = after(Act.PROMOTE).status
    assert warm.previous is not None
    assert NOW + timedelta(seconds=600) == warm.previous.warm_until
    assert () == warm.leaving
    cold = after(Act.PROMOTE, spec={"traffic": {"mode": "Replicas"}}).status
    assert cold.previous is not None
    assert (None, ("s",)) == (cold.previous.warm_until, cold.leaving)


def test_the_wait_doubles_with_each_failure_of_the_cluster() -> None:
    """Up to half an hour."""
    resource = a_model_deployment()
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    turn, waits = view.begin(), []
    for _ in range(7):
        turn = turn.changed(stable=STABLE, canary=CANARY, rollout=ROLLOUT)
        turn = moved(view, turn, Move(Act.RETRY_LATER, "no image"))
        assert turn.status.retry is not None
        waits.append(int((turn.status.retry.retry_at - NOW).total_seconds()))
    assert [60, 120, 240, 480, 960, 1800, 1800] == waits


def test_without_evidence_a_version_comes_again_without_quarantine() -> None:
    """After as long as it was tried, then twice as long, up to a day."""
    view = View(a_model_deployment(), Observed(INSTALLATION, Wanted("", "")), NOW)
    turn, waits = view.begin(), []
    for _ in range(8):
        turn = turn.changed(stable=STABLE, canary=CANARY, rollout=ROLLOUT)
        turn = moved(view, turn, Move(Act.GIVE_UP, "41 of 300 requests", traffic=all_to("s")))
        assert turn.status.retry is not None
        waits.append(int((turn.status.retry.retry_at - NOW).total_seconds()))
    assert [1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400] == waits
    assert () == turn.status.quarantine


@pytest.mark.parametrize("act", [Act.ENTER, Act.FINISH, Act.WITHDRAW])
def test_what_was_inconclusive_and_goes_on_has_its_time_anew(act: Act) -> None:
    """Deadline and wait for evidence are a step's own."""
    before = {"phase": "Inconclusive", "paused_at": NOW, "paused_seconds": 50}
    rollout = after(act, step=1, rollout=ROLLOUT.model_copy(update=before)).status.rollout
    assert rollout is not None
    assert (None, 0) == (rollout.paused_at, rollout.paused_seconds)
    assert "Inconclusive" != rollout.phase


def test_a_step_says_at_its_start_how_long_it_takes() -> None:
    """At the rate of the step before."""
    counted = {
        "step_started_at": NOW - timedelta(seconds=1000),
        "observed_until": NOW,
        "stable_requests": 95,
        "canary_requests": 5,
    }
    turn = after(Act.ENTER, step=2, rollout=ROLLOUT.model_copy(update=counted))
    assert turn.status.rollout is not None
    assert 6000 == turn.status.rollout.expected_seconds
    assert "about 100 min at the present rate of requests" in turn.events[0].message


def test_a_rolled_back_version_is_quarantined_once() -> None:
    """A second loss replaces the first entry."""
    status = after(Act.ROLL_BACK).status
    assert ["c"] == [e.revision for e in status.quarantine]
    assert ("because", ("c",), None) == (
        status.quarantine[0].message,
        status.leaving,
        status.canary,
    )
