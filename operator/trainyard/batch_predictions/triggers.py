"""When does a BatchPrediction run, and by which run?"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionStatus, BatchRun
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.batch_predictions.identity import job_name, output_folder, run_name, spec_digest
from trainyard.batch_predictions.model import Found

SPEC, CRON, REQUEST = "spec", "cron:", "request:"
_LONGEST = 256


def next_trigger(
    batch: BatchPrediction,
    status: BatchPredictionStatus,
    *,
    request: str | None,
    due_slot: datetime | None,
) -> str | None:
    """Return the most important cause of a run that none has followed yet, or None.

    With a schedule the clock alone says when, and whoever asks.
    """
    if request is not None:
        return f"{REQUEST}{request}"[:_LONGEST]
    if due_slot is not None:
        return f"{CRON}{due_slot.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    last = status.last_run
    is_done = last is not None and last.spec_digest == spec_digest(batch.spec)
    return None if batch.spec.schedule is not None or is_done else SPEC


def new_run(batch: BatchPrediction, trigger: str, model: Found, now: datetime) -> BatchRun:
    """Return the run that the trigger causes."""
    digest = spec_digest(batch.spec)
    name = run_name(batch, digest, trigger, now)
    return BatchRun(
        name=job_name(batch, name, 0),
        run=name,
        trigger=trigger,
        spec_digest=digest,
        bundle_digest=model.bundle_digest,
        model_version=model.model_version,
        output=output_folder(batch, name),
        parts=batch.spec.parts,
        queued_at=now,
        phase=TaskPhase.PENDING,
    )
