"""Whether a failed run is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_training import NOW, digest

from trainyard.api.v1alpha1.training_job import Attempts
from trainyard.api.v1alpha1.training_job_status import Run, RunCause
from trainyard.jobs.failure import Failure, Fault
from trainyard.training_jobs.retries import after_failure


def _run(retry: int, machine_faults: int = 0) -> Run:
    return Run(
        name="model-0123456789",
        attempt=retry,
        retry=retry,
        machine_faults=machine_faults,
        inputs_digest=digest("1"),
        recipe_digest=digest("e"),
        dataset_digest=digest("d"),
        cause=RunCause(kind="FirstRun"),
        phase="Running",
        queued_at=NOW,
    )


@pytest.mark.parametrize(
    ("fault", "retry", "pause"),
    [
        pytest.param(Fault.MACHINE, 0, 10, id="a first machine fault"),
        pytest.param(Fault.MACHINE, 1, 20, id="a second"),
        pytest.param(Fault.MACHINE, 2, None, id="no retry is left"),
        pytest.param(Fault.USER, 0, None, id="a user's fault"),
        pytest.param(Fault.SOURCE, 0, 10, id="a file to import that is not there"),
        pytest.param(Fault.SOURCE, 9, 600, id="a file that is still not there"),
    ],
)
def test_what_may_mend_is_tried_again(fault: Fault, retry: int, pause: int | None) -> None:
    """A machine's faults as often as spec.attempts.maxRetries says, a missing file for ever."""
    after = after_failure(
        _run(retry, retry), Failure(fault, "R", "m"), Attempts(max_retries=2), NOW
    )
    expected = NOW + timedelta(seconds=pause) if pause is not None else None
    assert expected == after.retry_at
    assert (after.phase, after.reason, after.finished_at) == ("Failed", "R", NOW)


def test_waiting_for_a_source_uses_up_no_retry() -> None:
    """Only faults of the machine in a row count."""
    attempts = Attempts(max_retries=1)
    waited = after_failure(_run(7, 1), Failure(Fault.SOURCE, "S", ""), attempts, NOW)
    assert waited.machine_faults == 0
    after = after_failure(_run(8), Failure(Fault.MACHINE, "M", ""), attempts, NOW)
    assert 1 == after.machine_faults
    assert after.retry_at is not None
