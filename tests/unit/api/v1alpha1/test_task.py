"""What a status says of work that Jobs do."""

from __future__ import annotations

from builders_training import NOW

from trainyard.api.v1alpha1.dataset_status import Refresh
from trainyard.api.v1alpha1.model_version import EvaluateJob
from trainyard.api.v1alpha1.task import AT_WORK, Task, TaskPhase
from trainyard.api.v1alpha1.training_job_status import Run


def test_everything_that_jobs_do_speaks_of_it_in_the_same_words() -> None:
    """Who has read one status can read them all."""
    for kind in (Refresh, Run, EvaluateJob):
        assert set(Task.model_fields) <= set(kind.model_fields)


def test_a_job_is_there_while_a_task_is_at_work() -> None:
    """What waits for its retry, or is over, has none."""
    assert set(TaskPhase) - AT_WORK == {
        TaskPhase.WAITING,
        TaskPhase.SUCCEEDED,
        TaskPhase.FAILED,
        TaskPhase.STOPPED,
    }


def test_what_is_stored_is_plain_text() -> None:
    """Enums are their values."""
    stored = Task(name="job", phase=TaskPhase.PENDING, queued_at=NOW).to_api()
    assert (stored["phase"], stored["queuedAt"]) == ("Pending", "2026-05-04T12:00:00Z")
