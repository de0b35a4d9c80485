"""What does the Job look like in which two revisions answer the same recorded rows?"""

from __future__ import annotations

from typing import Any

from trainyard.api.base import Resource
from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.installation import Installation
from trainyard.jobs.job_manifest import (
    PodParts,
    Work,
    job,
    store_parts,
    task_variable,
    trainer_container,
)
from trainyard.model_deployments.analysis.rehearsal import slower_percent, tolerance_percent
from trainyard.model_deployments.traffic.mode import SERVING_PORT

REHEARSE = "rehearse"
DEADLINE_SECONDS = 600


def rehearse_document(
    resource: ModelDeployment, rehearsal: Rehearsal, stable: Revision, canary: Revision
) -> dict[str, Any]:
    """Return the task, as the training image reads it."""
    analysis = resource.spec.analysis
    return {
        "version": 1,
        "run": rehearsal.name,
        "dataset": {"digest": rehearsal.dataset_digest},
        "model": resource.metadata.name,
        "rows": analysis.rehearsal.rows if analysis.rehearsal is not None else 1,
        "slowerPercent": slower_percent(analysis),
        "tolerancePercent": tolerance_percent(analysis),
        "stable": {**_address(resource, stable), "digest": stable.bundle_digest},
        "canary": _address(resource, canary),
    }


def rehearsal_job(
    resource: ModelDeployment,
    rehearsal: Rehearsal,
    revisions: tuple[Revision, Revision],
    installation: Installation,
) -> dict[str, Any]:
    """Return the Job that asks stable and canary; it reads the store and writes nothing."""
    work = Work(
        owner=resource,
        name=rehearsal.name,
        installation=installation,
        settings=PodSettings(),
        deadline_seconds=DEADLINE_SECONDS,
    )
    task = task_variable(rehearse_document(resource, rehearsal, *revisions))
    environment, mounts = store_parts(work, read_only=True)
    container = trainer_container(work, REHEARSE, environment=[task, *environment], mounts=mounts)
    return job(work, PodParts(containers=[container]))


def _address(resource: Resource, revision: Revision) -> dict[str, Any]:
    host = f"{revision.revision}.{resource.metadata.namespace}.svc"
    return {"host": host, "port": SERVING_PORT}
