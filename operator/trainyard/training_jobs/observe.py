"""What is there to know about a TrainingJob?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World
from trainyard.training_jobs.manifests import report_name
from trainyard.training_jobs.runs import run_at_work
from trainyard.training_jobs.seen import Observed

_REPORTERS = ("publish", "report")


async def observe_training_job(
    job: TrainingJob, world: World, *, installation: Installation
) -> Observed:
    """Return the data, Jobs, versions and deployments that matter to the TrainingJob."""
    namespace = job.metadata.namespace
    dataset = await world.get("Dataset", namespace, job.spec.dataset.name)
    versions = await world.list("ModelVersion", namespace)
    deployments = await world.list("ModelDeployment", namespace)
    labels = {OWNER_KIND: job.definition.singular, OWNER: job.metadata.name}
    jobs = await world.list("Job", namespace, labels)
    view, report = await _work(job, world)
    return Observed(
        installation=installation,
        dataset=Dataset.model_validate(dataset) if dataset is not None else None,
        versions=tuple(
            ModelVersion.model_validate(version)
            for version in versions
            if version["spec"]["trainingJob"]["name"] == job.metadata.name
            and not version["metadata"].get("deletionTimestamp")
        ),
        deployments=tuple(ModelDeployment.model_validate(found) for found in deployments),
        job=view,
        report=report,
        jobs=job_references(jobs, job),
    )


async def _work(job: TrainingJob, world: World) -> tuple[JobView | None, JobView | None]:
    run = run_at_work(job.status.runs)
    if run is None:
        return None, None
    view = await see_job(world, job, run.name, _REPORTERS)
    if run.phase != "Reporting":
        return view, None
    return view, await see_job(world, job, report_name(job, run), _REPORTERS)
