"""What is told of a BatchPrediction's runs: which files which model scored, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionStatus, BatchRun
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.batch_predictions.identity import spec_digest
from trainyard.installation import Installation
from trainyard.jobs.source_names import name_of_source
from trainyard.lineage import in_store, model_version, place_of, source_data
from trainyard.tracked import RunState, Tracked, TrackedData, TrackedRun

JOB_TYPE = "SCORING"
_STATES = {
    TaskPhase.SUCCEEDED: RunState.FINISHED,
    TaskPhase.FAILED: RunState.FAILED,
    TaskPhase.WAITING: RunState.FAILED,
    TaskPhase.STOPPED: RunState.KILLED,
}


def told_runs(
    batch: BatchPrediction,
    status: BatchPredictionStatus,
    versions: Mapping[str, ModelVersion],
    installation: Installation,
) -> dict[str, Tracked]:
    """Return by the names of their Jobs the last run and the one that has begun after it.

    `versions`: of the models, by name, as far as they are there.
    """
    known = (run for run in (status.last_run, status.run) if run is not None)
    return {
        run.name: _run(batch, run, began, versions.get(run.model_version), installation)
        for run in known
        if (began := _began(run)) is not None
    }


def models_of(batch: BatchPrediction) -> Iterator[str]:
    """Yield the names of the ModelVersions that are told of."""
    for run in (batch.status.last_run, batch.status.run):
        if run is not None and run.model_version:
            yield run.model_version


def _began(run: BatchRun) -> datetime | None:
    if run.started_at is not None:
        return run.started_at
    return None if run.phase is TaskPhase.PENDING else run.queued_at


def _run(
    batch: BatchPrediction,
    run: BatchRun,
    began: datetime,
    version: ModelVersion | None,
    installation: Installation,
) -> TrackedRun:
    is_over = run.phase not in AT_WORK
    counts = run.written
    written = {"rows": counts.rows, "scored": counts.scored, "set_aside": counts.set_aside}
    return TrackedRun(
        number=0,
        id=f"{batch.metadata.uid}/{run.name}",
        name=run.name,
        state=_STATES.get(run.phase, RunState.RUNNING),
        started_at=began,
        ended_at=run.finished_at if is_over else None,
        metrics={name: float(count) for name, count in written.items()} if is_over else {},
        tags=_tags(batch, run),
        place=place_of(batch, installation),
        job=f"batchprediction/{batch.metadata.name}",
        job_type=JOB_TYPE,
        why=f"{run.reason}: {run.message}" if run.reason else "",
        reads=tuple(_read(batch, run, version, installation)),
        gives=TrackedData(
            name=f"predictions/{batch.metadata.name}",
            version=run.run,
            source=in_store(batch, installation, run.output),
            rows=counts.scored,
        ),
    )


def _read(
    batch: BatchPrediction,
    run: BatchRun,
    version: ModelVersion | None,
    installation: Installation,
) -> Iterator[TrackedData]:
    """Yield what is known of it: a run of an earlier spec may have read other files."""
    if run.spec_digest == spec_digest(batch.spec):
        yield source_data(batch, name_of_source(batch.spec.source), installation)
    if version is not None:
        model = version.spec.training_job.name
        yield model_version(batch, model, run.bundle_digest, installation)


def _tags(batch: BatchPrediction, run: BatchRun) -> dict[str, str]:
    return {
        "trainyard.namespace": batch.metadata.namespace,
        "trainyard.batchPrediction": batch.metadata.name,
        "trainyard.run": run.run,
        "trainyard.phase": str(run.phase),
        "trainyard.attempt": str(run.attempt),
        "trainyard.trigger": run.trigger,
        "trainyard.modelVersion": run.model_version,
        "trainyard.bundleDigest": run.bundle_digest,
    }
