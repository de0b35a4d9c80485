"""Which runs, Jobs and ModelVersions are kept?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK
from trainyard.api.v1alpha1.training_job_status import Run, TrainingJobStatus
from trainyard.objects import ObjectRef
from trainyard.training_jobs.runs import Runs, last_ended, run_at_work


def kept_runs(runs: Runs, limit: int) -> Runs:
    """Return the run at work and the newest `limit` others."""
    ended = [run for run in runs if run.phase not in AT_WORK][:limit]
    return tuple(run for run in runs if run.phase in AT_WORK or run in ended)


def superfluous_children(
    status: TrainingJobStatus, children: Sequence[ObjectRef], needed: set[str]
) -> tuple[ObjectRef, ...]:
    """Return the Jobs, and what stands beside them, that may go.

    Not those of the run at work, nor of the one that ended last, which stays for its log.
    `needed` are further names that must stay.
    """
    kept = {run.name for run in (run_at_work(status.runs), last_ended(status.runs)) if run}
    return tuple(child for child in children if child.name not in kept | needed)


def superfluous_versions(
    versions: Sequence[ModelVersion], used: set[str], limit: int
) -> tuple[ModelVersion, ...]:
    """Return the versions that nothing uses, beyond the newest `limit` of these.

    `used` are bundle digests and names.
    """
    unused = [
        version
        for version in versions
        if version.metadata.name not in used and version.spec.bundle_digest not in used
    ]
    unused.sort(key=_age, reverse=True)
    return tuple(unused[limit:])


def used_versions(
    status: TrainingJobStatus,
    versions: Sequence[ModelVersion],
    deployments: Sequence[ModelDeployment],
) -> set[str]:
    """Return bundle digests and names of all versions that something refers to."""
    inputs = status.inputs.digest if status.inputs else ""
    own = {v.metadata.name for v in versions if v.spec.inputs_digest == inputs}
    return own | set(_used_by_runs(status.runs)) | set(_used_by_deployments(deployments))


def _used_by_runs(runs: Sequence[Run]) -> Iterator[str]:
    work = run_at_work(tuple(runs))
    if work is not None and work.champion is not None:
        yield work.champion
    ended = last_ended(tuple(runs))
    if ended is not None and ended.model_version:
        yield ended.model_version


def _used_by_deployments(deployments: Sequence[ModelDeployment]) -> Iterator[str]:
    for deployment in deployments:
        if deployment.spec.model.version is not None:
            yield deployment.spec.model.version.name
        status = deployment.status
        for revision in (status.stable, status.canary, status.previous, status.waiting):
            if revision is not None:
                yield revision.bundle_digest


def _age(version: ModelVersion) -> tuple[str, str]:
    created = version.metadata.creation_timestamp
    return (created.isoformat() if created else "", version.metadata.name)
