"""What does the Job look like that tries parameters? A pod per trial, some at a time.

fetch (credentials) → trial (train rows only). What a trial finds stands in its pod's message.
"""

from __future__ import annotations

from typing import Any

from trainyard.jobs.indexed_job import indexed
from trainyard.jobs.job_manifest import (
    PodParts,
    Work,
    job,
    store_parts,
    task_variable,
    trainer_container,
)
from trainyard.jobs.training_pod import Training
from trainyard.pod_security import environment, folder_volume

TRIAL = "trial"
"""The container that leaves a trial's result."""
_ROOT = "/trainyard"
_FETCHED = ("data", "questions", "answers", "champion", "output")


def search_job_manifest(
    work: Work, training: Training, *, trials: int, parallelism: int, **labels: str
) -> dict[str, Any]:
    """Return the Indexed Job; a trial that fails does not end the others."""
    task = task_variable(training.document)
    keys, mounts = store_parts(work, read_only=True)
    fetched = [{"name": folder, "mountPath": f"{_ROOT}/{folder}"} for folder in _FETCHED]
    fetch = trainer_container(work, "fetch", environment=[task, *keys], mounts=[*fetched, *mounts])
    trial = trainer_container(
        work,
        TRIAL,
        environment=environment(training.env, [task]),
        mounts=[{"name": "data", "mountPath": f"{_ROOT}/data", "readOnly": True}],
    )
    volumes = [folder_volume(folder, work.resources) for folder in _FETCHED]
    parts = PodParts(containers=[trial], init_containers=[fetch], volumes=volumes)
    manifest = job(work, parts, **labels)
    return indexed(manifest, completions=trials, parallelism=parallelism)
