"""How the champion did on this version's test rows."""

from __future__ import annotations

import pytest
from builders_training import NOW, Raw, a_model_version, an_installation, digest

from trainyard.api.v1alpha1.model_version import ChampionMeasured, EvaluateJob, ModelVersionStatus
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.pods import ContainerEnd
from trainyard.jobs.supervision import MAX_RETRIES
from trainyard.model_versions.comparison import measured, measuring
from trainyard.model_versions.observed import Observed
from trainyard.reconciling.turn import Turn

CHAMPION = digest("c")
IN_RUN = {"bundleDigest": CHAMPION, "metrics": {"rmse": "1"}}
AFTERWARDS = ChampionMeasured(bundle_digest=CHAMPION, metrics={"rmse": "2"})


def test_the_run_itself_is_asked_before_later_measurements() -> None:
    """Both were made on the same rows."""
    status = ModelVersionStatus(measured=(AFTERWARDS,))
    in_run = measured(a_model_version(comparison=IN_RUN), status, CHAMPION)
    later = measured(a_model_version(), status, CHAMPION)
    assert in_run is not None
    assert (in_run.metrics, later) == ({"rmse": "1"}, AFTERWARDS)
    assert measured(a_model_version(), status, digest("9")) is None


def _after(view: JobView, **counts: int) -> ModelVersionStatus:
    evaluate = EvaluateJob.model_validate(
        {"name": "job", "champion": CHAMPION, "phase": "Running", "queued_at": NOW, **counts}
    )
    turn = Turn(status=ModelVersionStatus(evaluate=evaluate), now=NOW)
    observed = Observed(an_installation(), job=view)
    return measuring(a_model_version(), observed, turn, CHAMPION).status


def _succeeded(champion: Raw | None) -> JobView:
    result = {"outcome": "Succeeded", "champion": champion}
    return JobView("job", JobPhase.SUCCEEDED, results={0: result})


def _failed(code: int) -> JobView:
    return JobView("job", JobPhase.FAILED, end=ContainerEnd("predict", code, "Error", "why"))


def test_what_a_job_found_is_kept() -> None:
    """And the measurement is over."""
    status = _after(_succeeded({"bundle": CHAMPION, "metrics": {"rmse": "2"}}))
    assert (status.measured, status.evaluate) == ((AFTERWARDS,), None)


@pytest.mark.parametrize(
    ("view", "counts", "phase"),
    [
        pytest.param(_failed(137), {}, "Waiting", id="a lost pod is tried again"),
        pytest.param(
            _failed(137),
            {"infrastructure_failures": MAX_RETRIES},
            "Failed",
            id="the last retry is the end",
        ),
        pytest.param(
            _failed(137),
            {"attempt": 5, "source_failures": 5},
            "Waiting",
            id="five waits for missing keys use up no retry",
        ),
        pytest.param(
            _failed(25), {"source_failures": 50}, "Waiting", id="a store that refuses may mend"
        ),
        pytest.param(_succeeded(None), {}, "Waiting", id="a result without the champion"),
        pytest.param(
            _succeeded({"bundle": digest("9")}), {}, "Waiting", id="a result of another champion"
        ),
        pytest.param(JobView("job", JobPhase.SUCCEEDED), {}, "Reporting", id="no readable word"),
        pytest.param(JobView("job", JobPhase.RUNNING), {}, "Running", id="still at work"),
    ],
)
def test_what_is_not_known_yet(view: JobView, counts: dict[str, int], phase: str) -> None:
    """Nothing counts as measured."""
    status = _after(view, **counts)
    assert status.evaluate is not None
    assert (status.evaluate.phase, status.measured) == (phase, ())


def test_what_only_the_user_can_put_right_is_a_measured_error() -> None:
    """The gate fails with it instead of trying for ever."""
    status = _after(_failed(13))
    assert status.evaluate is None
    assert [found.error for found in status.measured] == [
        "Error: container predict ended with exit code 13: why"
    ]


def test_the_next_attempt_begins_after_its_pause() -> None:
    """Under a name of its own."""
    evaluate = EvaluateJob(
        name="job", champion=CHAMPION, phase=TaskPhase.WAITING, queued_at=NOW, retry_at=NOW
    )
    turn = Turn(status=ModelVersionStatus(evaluate=evaluate), now=NOW)
    after = measuring(a_model_version(), Observed(an_installation()), turn, CHAMPION)
    assert after.status.evaluate is not None
    assert (after.status.evaluate.phase, after.status.evaluate.attempt) == ("Pending", 1)
    assert len(after.actions) == 1
    assert after.status.evaluate.name != "job"
