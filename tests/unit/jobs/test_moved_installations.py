"""What another installation or store began is told and done once more, never taken for ours.

Proves: operator/trainyard/jobs/supervision.py
Proves: operator/trainyard/store_access.py
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_training import (
    NOW,
    a_dataset,
    a_model_version,
    a_training_job,
    an_installation,
    digest,
    ingest_result,
    raw_dataset,
)
from dataset_stories import DATASET, refresh_job
from declared import a_refresh, a_run
from training_stories import JOB, a_world, newest_run
from training_world import TrainingWorld

from trainyard.api.v1alpha1.model_version import EvaluateJob
from trainyard.api.v1alpha1.task import Fault, Task, TaskPhase
from trainyard.datasets.manifests import ingest_job, report_job_of
from trainyard.installation import BucketStore, ClaimStore, Installation
from trainyard.jobs.failure import Failure
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.supervision import Report, Retry, Step, follow, pause_before
from trainyard.model_versions.manifests import evaluate_job
from trainyard.store_access import result_elsewhere
from trainyard.training_jobs.manifests import run_job

TAKEN_OVER = an_installation(id="second")
HERE = an_installation(id="main", store=ClaimStore("models", "shared"))
BUCKET = BucketStore("bucket", "p", "http://s3:9000", "eu")


@pytest.mark.parametrize(
    ("before", "place"),
    [
        pytest.param(HERE, None, id="the same installation and store"),
        pytest.param(replace(HERE, training_image="old"), None, id="an older image of ours"),
        pytest.param(
            replace(HERE, id="second"),
            "file:///trainyard/store/shared/second/team of claim models",
            id="another installation",
        ),
        pytest.param(
            replace(HERE, store=ClaimStore("older", "shared")),
            "file:///trainyard/store/shared/main/team of claim older",
            id="another claim",
        ),
        pytest.param(
            replace(HERE, store=BUCKET), "s3://bucket/p/main/team of http://s3:9000", id="a bucket"
        ),
    ],
)
def test_a_job_tells_in_which_store_its_result_lies(
    before: Installation, place: str | None
) -> None:
    """By what its pod was given, so Jobs of every release are known."""
    evaluate = EvaluateJob(name="e", champion=digest("c"), phase=TaskPhase.RUNNING, queued_at=NOW)
    jobs = [
        ingest_job(a_dataset(), a_refresh(), before),
        report_job_of(a_dataset(), a_refresh(), before),
        run_job(a_training_job(), a_run(), before),
        evaluate_job(a_model_version(), evaluate, before),
    ]
    pods = [job["spec"]["template"]["spec"] for job in jobs]
    assert {place} == {result_elsewhere(pod, HERE, "team") for pod in pods}


def test_a_job_that_somebody_wrote_by_hand_is_read_too() -> None:
    """Whoever may make Jobs may tie one to our object; its folder is no claim."""
    variables = [
        {"name": "TRAINYARD_RESULT"},
        {"name": "TRAINYARD_STORE_URL", "value": "file:///x"},
    ]
    pod = {
        "containers": [{"name": "publish", "env": variables}],
        "volumes": [{"name": "store", "emptyDir": {}}],
    }
    assert "file:///x of claim " == result_elsewhere(pod, HERE, "team")


def test_a_pod_that_stores_no_result_has_it_nowhere() -> None:
    """The trials of a search say it in a message."""
    assert result_elsewhere({"containers": [{"name": "trial"}]}, HERE, "team") is None


ELSEWHERE = "s3://bucket/second/team"
AGAIN = Retry(
    Failure(
        Fault.INFRASTRUCTURE,
        "StoredElsewhere",
        f"Job job was made for another installation or store: what it stores lies in {ELSEWHERE},"
        " where this installation does not look, so it is done once more",
    ),
    NOW + pause_before(0),
)


@pytest.mark.parametrize(
    ("phase", "seen", "step"),
    [
        pytest.param(TaskPhase.PENDING, JobPhase.WAITING, AGAIN, id="its pod is about to begin"),
        pytest.param(TaskPhase.RUNNING, JobPhase.SUCCEEDED, AGAIN, id="it succeeded elsewhere"),
        pytest.param(
            TaskPhase.RUNNING, JobPhase.FOREIGN, Report(), id="a Job of somebody else is none"
        ),
        pytest.param(TaskPhase.REPORTING, JobPhase.SUCCEEDED, AGAIN, id="another store was read"),
    ],
)
def test_what_a_job_of_another_installation_leads_to(
    phase: TaskPhase, seen: JobPhase, step: Step
) -> None:
    """Whatever it shows: what it made cannot be found here."""
    task = Task(name="job", phase=phase, queued_at=NOW)
    view = JobView("job", seen, results={0: {"outcome": "Succeeded"}}, elsewhere=ELSEWHERE)
    assert step == follow(task, view, view, NOW)


def test_a_finished_refresh_of_another_installation_is_done_once_more() -> None:
    """Its version lies where ours does not look: no run would ever find it."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    first = refresh_job(world)
    world.finish(first, ingest_result("d", 100))
    world.installation = TAKEN_OVER
    world.settle()
    refresh = world.status(*DATASET)["refresh"]
    assert ("Waiting", "StoredElsewhere") == (refresh["phase"], refresh["reason"])
    assert "/default/team of claim trainyard-store" in refresh["message"]
    assert "current" not in world.status(*DATASET)
    world.wait(60)
    world.settle()
    assert first != refresh_job(world)
    assert [refresh_job(world)] == list(world.names("Job"))
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    assert 100 == world.status(*DATASET)["current"]["rows"]


def test_a_run_that_another_installation_began_is_done_once_more() -> None:
    """Also when its pod has not begun: it would work, and store, for the other one."""
    world = a_world()
    first = newest_run(world)["name"]
    world.installation = TAKEN_OVER
    world.settle()
    assert "StoredElsewhere" == newest_run(world)["reason"]
    assert ("True", "WaitingToRetry") == world.condition(*JOB, "Reconciling")
    world.wait(60)
    world.settle()
    assert first != newest_run(world)["name"]
    assert "Pending" == newest_run(world)["phase"]
