"""How do the Jobs of a deployment stand, and what are those to be given that begin next?"""

from __future__ import annotations

from dataclasses import replace

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.jobs.job_view import job_references, see_job
from trainyard.jobs.pods import REPORT
from trainyard.model_deployments.join_job import JOIN, join_report_name, labels_of
from trainyard.model_deployments.monitoring.label_join import is_joining
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rehearsal_job import REHEARSE
from trainyard.model_deployments.rollout.rehearsing import is_rehearsing
from trainyard.objects import RawObject
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World


async def with_jobs(resource: ModelDeployment, seen: Observed, world: World) -> Observed:
    """Read every Job of ours, and of those at work how they stand."""
    namespace, name = resource.metadata.namespace, resource.metadata.name
    labels = {OWNER_KIND: resource.definition.singular, OWNER: name}
    jobs = job_references(await world.list("Job", namespace, labels), resource)
    seen = await _with_rehearsal(resource, replace(seen, jobs=jobs), world)
    return await _with_join(resource, seen, world)


async def _with_rehearsal(resource: ModelDeployment, seen: Observed, world: World) -> Observed:
    """Read how the rehearsal's Job stands, and before it is begun, which rows are recorded."""
    rollout, canary = resource.status.rollout, resource.status.canary
    if rollout is None or canary is None or resource.spec.analysis.rehearsal is None:
        return seen
    if rollout.rehearsal is None and canary.model_version:
        namespace = resource.metadata.namespace
        version = await world.get("ModelVersion", namespace, canary.model_version)
        return replace(seen, recorded_inputs=_dataset_of(version))
    if rollout.rehearsal is None or not is_rehearsing(rollout):
        return seen
    view = await see_job(world, resource, rollout.rehearsal.name, (REHEARSE,), seen.installation)
    return replace(seen, rehearsal=view)


async def _with_join(resource: ModelDeployment, seen: Observed, world: World) -> Observed:
    """Read how the join's Job stands, and which version of the labels is there."""
    labels, join = labels_of(resource), resource.status.label_join
    if labels is None:
        return seen
    dataset = await world.get("Dataset", resource.metadata.namespace, labels.dataset.name)
    current = ((dataset or {}).get("status") or {}).get("current") or {}
    seen = replace(seen, labels=str(current["digest"]) if current.get("digest") else None)
    if join is None or not is_joining(join):
        return seen
    view = await see_job(world, resource, join.name, (JOIN,), seen.installation)
    seen = replace(seen, label_join=view)
    if join.phase is not TaskPhase.REPORTING:
        return seen
    name = join_report_name(resource, join)
    report = await see_job(world, resource, name, (REPORT,), seen.installation)
    return replace(seen, label_report=report)


def _dataset_of(version: RawObject | None) -> str | None:
    digest = ((version or {}).get("spec") or {}).get("datasetDigest")
    return str(digest) if digest else None
