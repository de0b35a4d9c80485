"""What is there to know about a ModelVersion?"""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.model_versions.manifests import report_name
from trainyard.model_versions.observed import Observed
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World

_REPORTERS = ("publish", "report")


async def observe_model_version(
    version: ModelVersion, world: World, *, installation: Installation
) -> Observed:
    """Return the gates' owner, the deployments, and the version's own Jobs."""
    namespace = version.metadata.namespace
    job = await world.load(TrainingJob, namespace, version.spec.training_job.name)
    labels = {OWNER_KIND: version.definition.singular, OWNER: version.metadata.name}
    jobs = await world.list("Job", namespace, labels)
    view, report = await _evaluation(version, world, installation)
    return Observed(
        installation=installation,
        training_job=job,
        deployments=await _deployments(job, world) if job is not None else (),
        job=view,
        report=report,
        jobs=job_references(jobs, version),
    )


async def _deployments(job: TrainingJob, world: World) -> tuple[ModelDeployment, ...]:
    """Return whatever may be the champion: who follows the TrainingJob, and whom its gates name."""
    namespace = job.metadata.namespace
    names = {
        gate.against_champion.model_deployment.name
        for gate in job.spec.gates
        if gate.against_champion is not None and gate.against_champion.model_deployment is not None
    }
    names |= {
        *await world.referrers("TrainingJob", namespace, job.metadata.name, by="ModelDeployment")
    }
    found = [await world.load(ModelDeployment, namespace, name) for name in sorted(names)]
    return tuple(deployment for deployment in found if deployment is not None)


async def _evaluation(
    version: ModelVersion, world: World, installation: Installation
) -> tuple[JobView | None, JobView | None]:
    evaluate = version.status.evaluate
    if evaluate is None or evaluate.phase not in AT_WORK:
        return None, None
    view = await see_job(world, version, evaluate.name, _REPORTERS, installation)
    if evaluate.phase is not TaskPhase.REPORTING:
        return view, None
    name = report_name(version, evaluate)
    return view, await see_job(world, version, name, _REPORTERS, installation)
