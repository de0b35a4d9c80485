"""How the champion did on this version's test rows."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import NOW, Raw, a_model_version, an_installation, digest

from trainyard.api.v1alpha1.model_version import ChampionMeasured, EvaluateJob, ModelVersionStatus
from trainyard.jobs.job_view import ContainerEnd, JobPhase, JobView
from trainyard.model_versions.comparison import MAX_RETRIES, measured, measuring
from trainyard.model_versions.seen import Observed
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


def _after(view: JobView, *, attempt: int = 0, phase: str = "Running") -> ModelVersionStatus:
    evaluate = EvaluateJob.model_validate(
        {"name": "job", "champion": CHAMPION, "attempt": attempt, "phase": phase, "at": NOW}
    )
    seen: dict[str, Any] = {"report" if phase == "Reporting" else "job": view}
    turn = Turn(status=ModelVersionStatus(evaluate=evaluate), now=NOW)
    observed = Observed(an_installation(), **seen)
    return measuring(a_model_version(), observed, turn, CHAMPION).status


def _succeeded(champion: Raw | None) -> JobView:
    result = {"outcome": "Succeeded", "champion": champion}
    return JobView("job", JobPhase.SUCCEEDED, result=result)


def _failed(code: int) -> JobView:
    return JobView("job", JobPhase.FAILED, end=ContainerEnd("predict", code, "Error", "why"))


def test_what_a_job_found_is_kept() -> None:
    """And the measurement is over."""
    status = _after(_succeeded({"bundle": CHAMPION, "metrics": {"rmse": "2"}}))
    assert (status.measured, status.evaluate) == ((AFTERWARDS,), None)


@pytest.mark.parametrize(
    ("view", "attempt", "phase"),
    [
        pytest.param(_failed(137), 0, "Waiting", id="a machine's fault waits"),
        pytest.param(_failed(137), MAX_RETRIES, "Failed", id="the last one is the end"),
        pytest.param(_failed(25), 50, "Waiting", id="a store that refuses the keys may mend"),
        pytest.param(_succeeded(None), 0, "Waiting", id="a result without the champion"),
        pytest.param(
            _succeeded({"bundle": digest("9")}), 0, "Waiting", id="a result of another champion"
        ),
        pytest.param(JobView("job", JobPhase.SUCCEEDED), 0, "Reporting", id="no readable word"),
        pytest.param(JobView("job", JobPhase.RUNNING), 0, "Running", id="still at work"),
    ],
)
def test_what_is_not_known_yet(view: JobView, attempt: int, phase: str) -> None:
    """Nothing counts as measured."""
    status = _after(view, attempt=attempt)
    assert status.evaluate is not None
    assert (status.evaluate.phase, status.measured) == (phase, ())


def test_a_report_without_words_is_a_machines_fault() -> None:
    """It is tried again from the start."""
    status = _after(JobView("report", JobPhase.SUCCEEDED), phase="Reporting")
    assert status.evaluate is not None
    assert status.evaluate.phase == "Waiting"


def test_what_only_the_user_can_put_right_is_a_measured_error() -> None:
    """The gate fails with it instead of trying for ever."""
    status = _after(_failed(13))
    assert status.evaluate is None
    assert [found.error for found in status.measured] == [
        "Error: container predict ended with exit code 13: why"
    ]
