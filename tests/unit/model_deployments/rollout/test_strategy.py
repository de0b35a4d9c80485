"""What strategies answer.

Proves: operator/trainyard/model_deployments/rollout/strategies.py
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from standings import DOWN, rollout, standing

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.moves import moved
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, back
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import TrafficDecision, all_to
from trainyard.model_deployments.view import View


@pytest.mark.parametrize("act", list(Act))
def test_whatever_a_strategy_answers_can_be_carried_out(act: Act) -> None:
    """And the split that comes with it is the one from now on."""
    stable = {"revision": "s", "bundleDigest": digest("a")}
    resource = a_model_deployment(status={"stable": stable})
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    status = moved(view, view.begin(), Move(act, "because", traffic=all_to("s"))).status
    assert [("s", 100)] == [(t.revision, t.weight_percent) for t in status.traffic]


REHEARSAL = Rehearsal(name="r", phase=TaskPhase.SUCCEEDED, queued_at=NOW, why="it failed 40 of 500")
FAILED = REHEARSAL.model_copy(update={"verdict": "Fail"})
AT_WORK = REHEARSAL.model_copy(update={"phase": TaskPhase.RUNNING})
FIRST = replace(standing(rollout(0)), stable=None)
SUSPENDED = replace(standing(rollout()), spec=a_model_deployment(suspend=True).spec)


@pytest.mark.parametrize(
    ("at", "move"),
    [
        pytest.param(
            SUSPENDED,
            Move(Act.STAY, "suspended: spec.suspend is true", reason=Reason.SUSPENDED),
            id="suspended",
        ),
        pytest.param(
            standing(rollout(pause_requested=True)),
            Move(Act.STAY, "paused by request; resume@c goes on"),
            id="a person holds it",
        ),
        pytest.param(
            FIRST,
            Move(
                Act.PROMOTE,
                "the first version is ready",
                reason=Reason.PROMOTED,
                traffic=all_to("c"),
            ),
            id="a first version",
        ),
        pytest.param(
            replace(FIRST, canary=DOWN),
            Move(Act.STAY, "0 of 2 pods are ready", reason=Reason.STARTING),
            id="a first version that starts",
        ),
        pytest.param(
            replace(FIRST, canary=replace(DOWN, message="no image")),
            Move(Act.STAY, "no image", reason=Reason.STARTING),
            id="a first version that cannot start",
        ),
        pytest.param(
            standing(rollout(0, rehearsal=FAILED)),
            Move(
                Act.ROLL_BACK,
                "it failed on recorded inputs: it failed 40 of 500",
                reason=Reason.FAILED_CHECK,
                traffic=all_to("s"),
            ),
            id="it failed on recorded inputs",
        ),
        pytest.param(
            replace(standing(rollout()), verdict=Answer.FAIL, why="errors: 20 %"),
            Move(Act.ROLL_BACK, "errors: 20 %", reason=Reason.FAILED_CHECK, traffic=all_to("s")),
            id="a check failed",
        ),
        pytest.param(
            replace(standing(rollout(readiness_only=True)), verdict=Answer.FAIL),
            Move(Act.PROMOTE, "as asked", reason=Reason.PROMOTED, traffic=all_to("c")),
            id="a way back is judged by nothing",
        ),
        pytest.param(
            standing(rollout(phase="Paused", why="a person decides")),
            Move(Act.STAY, "a person decides"),
            id="paused",
        ),
        pytest.param(
            standing(rollout(0, rehearsal=AT_WORK)),
            Move(Act.STAY, "it answers recorded inputs beside the stable version first"),
            id="it is being rehearsed",
        ),
    ],
)
def test_what_all_strategies_have_in_common(at: Standing, move: Move) -> None:
    """Before any of them is asked."""
    assert move == next_move(at)


@pytest.mark.parametrize(
    "at", [standing(rollout(0, rehearsal=REHEARSAL)), standing(rollout(1, rehearsal=AT_WORK))]
)
def test_a_rehearsal_that_is_over_or_late_holds_nothing_up(at: Standing) -> None:
    """The steps go on."""
    assert Act.STAY is not next_move(at).act


def test_the_end_of_a_rollout_leads_to_the_stable_version_if_there_is_one() -> None:
    """Before the first one there is nobody."""
    at = standing(rollout())
    for stable, traffic in ((at.stable, all_to("s")), (None, TrafficDecision())):
        found = back(replace(at, stable=stable), Act.GIVE_UP, "because", Reason.NO_EVIDENCE)
        assert Move(Act.GIVE_UP, "because", reason=Reason.NO_EVIDENCE, traffic=traffic) == found
