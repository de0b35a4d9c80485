"""When a rehearsal begins, and what each end of its Job makes of it.

Proves: operator/trainyard/model_deployments/rollout/rehearsing.py
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from standings import rollout

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.jobs.job_view import JobPhase, JobView, absent
from trainyard.jobs.pods import ContainerEnd
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.rehearsing import with_rehearsal
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import Turn, View
from trainyard.ownership import child_name

STABLE = Revision(revision="s", bundle_digest=digest("a"))
CANARY = Revision(revision="c", bundle_digest=digest("b"))
DATA = digest("d")
BEGUN = NOW - timedelta(seconds=20)
AT_WORK = Rehearsal(name="r", phase=TaskPhase.RUNNING, queued_at=BEGUN, started_at=BEGUN)


def turned(
    at: RolloutStatus | None = None,
    job: JobView | None = None,
    *,
    spec: dict[str, Any] | None = None,
    ready: str = "sc",
    data: str | None = DATA,
    **fields: Any,
) -> Turn:
    """Return the status with what becomes of the rehearsal."""
    resource = a_model_deployment(**{"analysis": {"rehearsal": {}}, **(spec or {})})
    observed = Observed(
        INSTALLATION,
        Wanted("", ""),
        workloads={name: Workload(name, ready=1) for name in ready},
        recorded_inputs=data,
        rehearsal=job,
    )
    view = View(resource, observed, NOW)
    known = {"stable": STABLE, "canary": CANARY, "rollout": at or rollout(0)} | fields
    return with_rehearsal(view, view.begin().changed(**known))


def rehearsal(turn: Turn) -> Rehearsal | None:
    """Return how it stands."""
    return turn.status.rollout.rehearsal if turn.status.rollout is not None else None


def test_it_begins_once_both_versions_serve() -> None:
    """With the data that the new one was trained on, under a name of the rollout's own."""
    metadata = a_model_deployment().metadata
    name = child_name(metadata.name, metadata.uid, "rehearsal", "c.1")
    assert rehearsal(turned()) == Rehearsal(
        name=name, phase=TaskPhase.PENDING, queued_at=NOW, dataset_digest=DATA
    )


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"stable": None}, id="nothing to compare with"),
        pytest.param({"canary": None}, id="no new version"),
        pytest.param({"canary": None, "stable": None}, id="no version"),
        pytest.param({"at": rollout(0, readiness_only=True)}, id="a way back"),
        pytest.param({"at": rollout(1)}, id="a step has begun"),
        pytest.param({"at": rollout(0, pause_requested=True)}, id="a person holds it"),
        pytest.param({"spec": {"suspend": True}}, id="suspended"),
        pytest.param({"spec": {"analysis": {}}}, id="nobody asks for it"),
        pytest.param({"ready": "s"}, id="the new version does not serve yet"),
        pytest.param({"ready": "c"}, id="the stable one does not serve"),
    ],
)
def test_it_does_not_begin(given: dict[str, Any]) -> None:
    """Nothing is written, and nothing told."""
    turn = turned(**given)
    assert (None, ()) == (rehearsal(turn), turn.events)


def test_without_a_rollout_there_is_none() -> None:
    """Nor is one followed."""
    turn = turned(rollout=None)
    assert turn.status.rollout is None


NOT = "there was no rehearsal on recorded inputs: "


@pytest.mark.parametrize(
    ("canary", "who"),
    [
        pytest.param(CANARY, "ModelVersion of the bundle", id="no version is named"),
        pytest.param(
            CANARY.model_copy(update={"model_version": "wine-1"}),
            "ModelVersion wine-1",
            id="one is",
        ),
    ],
)
def test_a_version_whose_data_nobody_knows_is_told(canary: Revision, who: str) -> None:
    """And the steps begin without it."""
    turn = turned(data=None, canary=canary)
    why = f"{who}, which names them, is gone"
    found = rehearsal(turn)
    assert found is not None
    assert (TaskPhase.FAILED, why, NOW) == (found.phase, found.why, found.finished_at)
    assert [("Warning", "NotRehearsed", f"{NOT}{why}")] == [
        (e.type, e.reason, e.message) for e in turn.events
    ]


LOST = JobView("r", JobPhase.FAILED, reason="BackoffLimitExceeded", started_at=BEGUN)
SAID = '{"outcome": "Failed", "reason": "TaskInvalid", "message": "%s"}'
REFUSED = ContainerEnd("rehearse", 12, "Error", SAID % "odd")


@pytest.mark.parametrize(
    ("job", "why"),
    [
        pytest.param(
            LOST,
            "PodLost: the pod ended without a result: it was deleted, or its node went away",
            id="the cluster's fault, which is not tried again",
        ),
        pytest.param(
            JobView("r", JobPhase.FAILED, end=REFUSED), "TaskInvalid: odd", id="a fault of its own"
        ),
        pytest.param(absent("r"), "its Job vanished or left no readable result", id="it vanished"),
        pytest.param(
            JobView("r", JobPhase.SUCCEEDED),
            "its Job vanished or left no readable result",
            id="it says nothing",
        ),
        pytest.param(
            JobView("r", JobPhase.SUCCEEDED, results={0: {}}),
            "its result cannot be read: KeyError('rows')",
            id="it says nonsense",
        ),
    ],
)
def test_an_end_without_a_result_is_told(job: JobView, why: str) -> None:
    """The rollout goes on without it."""
    turn = turned(rollout(0, rehearsal=AT_WORK), job)
    found = rehearsal(turn)
    assert found is not None
    assert (TaskPhase.FAILED, why) == (found.phase, found.why)
    assert [("Warning", "NotRehearsed", f"{NOT}{why}")] == [
        (e.type, e.reason, e.message) for e in turn.events
    ]


def test_what_is_told_of_it_is_short() -> None:
    """It stands in the status."""
    end = ContainerEnd("rehearse", 12, "Error", SAID % ("x" * 590))
    found = rehearsal(turned(rollout(0, rehearsal=AT_WORK), JobView("r", JobPhase.FAILED, end=end)))
    assert found is not None
    assert len(found.why) <= 500
    assert found.why.endswith("…")


MICROSECONDS = {"stableMicroseconds": 900, "canaryMicroseconds": 900}


def test_a_result_is_told_once_with_its_name() -> None:
    """And kept with its times."""
    numbers = {"rows": 500, "bothAnswered": 500, "canaryFailed": 0, "stableFailed": 0}
    result = numbers | {
        "slower": 3,
        "agreed": 488,
        "stableMicroseconds": 9,
        "canaryMicroseconds": 9,
    }
    waiting = AT_WORK.model_copy(update={"started_at": None, "phase": TaskPhase.PENDING})
    job = JobView("r", JobPhase.SUCCEEDED, results={0: result}, started_at=BEGUN)
    turn = turned(rollout(0, rehearsal=waiting), job)
    found = rehearsal(turn)
    assert found is not None
    assert (TaskPhase.SUCCEEDED, "Pass", BEGUN, NOW) == (
        found.phase,
        found.verdict,
        found.started_at,
        found.finished_at,
    )
    assert [("Normal", "Rehearsed", f"r: {found.why}")] == [
        (e.type, e.reason, e.message) for e in turn.events
    ]


def test_one_that_works_is_followed_and_one_that_ended_is_left() -> None:
    """Whatever its Job shows by then."""
    pending = AT_WORK.model_copy(update={"started_at": None, "phase": TaskPhase.PENDING})
    working = turned(
        rollout(0, rehearsal=pending), JobView("r", JobPhase.RUNNING, started_at=BEGUN)
    )
    assert AT_WORK == rehearsal(working)
    over = AT_WORK.model_copy(update={"phase": TaskPhase.SUCCEEDED})
    assert over == rehearsal(turned(rollout(0, rehearsal=over), LOST))
