"""What does the Job of a BatchPrediction look like? A pod per part, some at a time.

stage-in (credentials) → score (no credentials; loads the model) → stage-out (credentials, never
loads a model).
"""

from __future__ import annotations

from typing import Any

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import BatchRun
from trainyard.installation import Installation
from trainyard.jobs.indexed_job import indexed
from trainyard.jobs.job_manifest import (
    PodParts,
    Work,
    job,
    store_parts,
    task_variable,
    trainer_container,
    variable,
)
from trainyard.jobs.source_access import source_access
from trainyard.pod_security import environment, folder_volume
from trainyard.store_access import RESULT

REPORTER = "stage-out"
"""The container that leaves what became of a part."""
_ROOT = "/trainyard"
_FOLDERS = ("input", "output", "predictions")


def batch_document(batch: BatchPrediction, run: BatchRun) -> dict[str, Any]:
    """Return the task of every part, as the training image reads it."""
    spec = batch.spec
    csv = spec.csv.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        **({"csv": csv} if csv else {}),
        "version": 1,
        "run": run.run,
        "source": source_access(spec.source).document,
        "format": spec.format,
        "bundle": run.bundle_digest,
        "output": run.output,
        "columns": list(spec.output.columns),
        "parts": run.parts,
    }


def batch_job(batch: BatchPrediction, run: BatchRun, installation: Installation) -> dict[str, Any]:
    """Return the Indexed Job of the run; a part that fails does not end the others."""
    work = Work(
        owner=batch,
        name=run.name,
        installation=installation,
        settings=batch.spec.pod,
        deadline_seconds=batch.spec.attempts.deadline_seconds,
    )
    task = task_variable(batch_document(batch, run))
    access = source_access(batch.spec.source)
    keys, mounts = store_parts(work, read_only=False)
    stage_in = trainer_container(
        work,
        "stage-in",
        environment=[task, *keys, *access.environment],
        mounts=[_writes("input"), _writes("output"), *mounts, *access.mounts],
    )
    score = trainer_container(
        work,
        "score",
        environment=environment(batch.spec.pod.env, [task]),
        mounts=[_writes("predictions"), _reads("input"), _reads("output")],
    )
    stage_out = trainer_container(
        work,
        REPORTER,
        environment=[task, variable(RESULT, run.output), *keys],
        mounts=[_reads("input"), _reads("predictions"), *mounts],
    )
    volumes = [folder_volume(folder, work.resources) for folder in _FOLDERS]
    parts = PodParts(
        containers=[stage_out],
        init_containers=[stage_in, score],
        volumes=[*volumes, *access.volumes],
    )
    manifest = job(work, parts, run=run.run)
    return indexed(manifest, completions=run.parts, parallelism=batch.spec.parallelism)


def _writes(folder: str) -> dict[str, Any]:
    return {"name": folder, "mountPath": f"{_ROOT}/{folder}"}


def _reads(folder: str) -> dict[str, Any]:
    return {**_writes(folder), "readOnly": True}
