"""Is a failed run tried again?"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.training_job import Attempts
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.conditions import shorten
from trainyard.jobs.failure import Failure, Fault, pause_before


def after_failure(run: Run, failure: Failure, attempts: Attempts, now: datetime) -> Run:
    """Return the run as it is after its Job failed.

    What only the user can put right is never tried again; a machine's fault is, as often as
    spec.attempts.maxRetries says and with growing pauses. A file or a secret that is not there
    may come without a change to the TrainingJob: it is looked for as long as the inputs stay.
    Disruptions never come here: the Job itself starts another pod for these.
    """
    machine = failure.fault is Fault.MACHINE
    again = failure.fault is Fault.SOURCE or (machine and run.machine_faults < attempts.max_retries)
    return run.model_copy(
        update={
            "phase": "Failed",
            "machine_faults": run.machine_faults + 1 if machine else 0,
            "fault": "Machine" if machine else "User",
            "reason": failure.reason,
            "message": shorten(failure.message, 400),
            "finished_at": now,
            "retry_at": now + pause_before(run.retry) if again else None,
        }
    )
