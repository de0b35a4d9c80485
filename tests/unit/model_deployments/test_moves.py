"""What a move makes of the status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision, RolloutStatus
from trainyard.model_deployments.moves import moved, shares
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.rollout import Act, Move
from trainyard.model_deployments.source import Wanted

STABLE = Revision(revision="s", bundle_digest=digest("a"))
CANARY = Revision(revision="c", bundle_digest=digest("b"))
ROLLOUT = RolloutStatus(
    id="c.1", revision="c", phase="Progressing", step=1, started_at=NOW, step_started_at=NOW
)


def after(act: Act, *, step: int = 0, spec: dict[str, Any] | None = None) -> Progress:
    """Return what the move makes of a rollout at 5 %."""
    resource = a_model_deployment(**(spec or {}))
    scene = Scene(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    before = Progress(resource.status).having(stable=STABLE, canary=CANARY, rollout=ROLLOUT)
    before = before.having(traffic=shares(before.status, 5))
    return moved(scene, before, Move(act, "because", step=step))


def weights(progress: Progress) -> dict[str, int]:
    """Return the weights by revision."""
    return {t.revision: t.weight_percent for t in progress.status.traffic}


@pytest.mark.parametrize(
    ("act", "wanted", "event"),
    [
        pytest.param(Act.STAY, {"s": 95, "c": 5}, None, id="staying tells nothing"),
        pytest.param(Act.FINISH, {"s": 95, "c": 5}, None, id="finishing waits for pods"),
        pytest.param(Act.PROMOTE, {"c": 100}, "Promoted", id="promotion"),
        pytest.param(Act.ROLL_BACK, {"s": 100}, "RolledBack", id="rolling back"),
        pytest.param(Act.RETRY_LATER, {"s": 100}, "ClusterFault", id="retrying later"),
        pytest.param(Act.WITHDRAW, {"s": 100, "c": 0}, "NotReady", id="withdrawing"),
        pytest.param(Act.TAKE_OVER, {"s": 0, "c": 100}, "StableFailed", id="taking over"),
        pytest.param(Act.PAUSE, {"s": 95, "c": 5}, "Paused", id="pausing"),
        pytest.param(Act.HOLD, {"s": 95, "c": 5}, "RollingOut", id="holding"),
    ],
)
def test_every_move_of_traffic_is_told_once(
    act: Act, wanted: dict[str, int], event: str | None
) -> None:
    """One Event and one history entry with the same reason."""
    progress = after(act)
    assert wanted == weights(progress)
    assert [event] * bool(event) == [e.reason for e in progress.events]
    assert [event] * bool(event) == [h.reason for h in progress.status.history]


def test_entering_a_step_takes_its_weight_and_a_clean_sheet() -> None:
    """Requests of the step before do not count for this one."""
    progress = after(Act.ENTER, step=2)
    rollout = progress.status.rollout
    assert rollout is not None
    assert {"s": 50, "c": 50} == weights(progress)
    assert (2, "2/2", 0, None) == (
        rollout.step,
        rollout.progress,
        rollout.canary_requests,
        rollout.through,
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
    scene = Scene(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    progress, waits = Progress(resource.status), []
    for _ in range(7):
        progress = progress.having(stable=STABLE, canary=CANARY, rollout=ROLLOUT)
        progress = moved(scene, progress, Move(Act.RETRY_LATER, "no image"))
        assert progress.status.retry is not None
        waits.append(int((progress.status.retry.retry_at - NOW).total_seconds()))
    assert [60, 120, 240, 480, 960, 1800, 1800] == waits


def test_a_rolled_back_version_is_quarantined_once() -> None:
    """A second loss replaces the first entry."""
    status = after(Act.ROLL_BACK).status
    assert ["c"] == [e.revision for e in status.quarantine]
    assert ("because", ("c",), None) == (
        status.quarantine[0].message,
        status.leaving,
        status.canary,
    )
