"""What is there to know about a BatchPrediction?"""

from __future__ import annotations

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.batch_predictions.manifests import REPORTER
from trainyard.batch_predictions.model import Model, current_of, pinned, stable_of
from trainyard.batch_predictions.observed import Observed
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World


async def observe_batch_prediction(
    batch: BatchPrediction, world: World, *, installation: Installation
) -> Observed:
    """Return the version that would score, and the Jobs as they stand."""
    labels = {OWNER_KIND: batch.definition.singular, OWNER: batch.metadata.name}
    jobs = await world.list("Job", batch.metadata.namespace, labels)
    run = batch.status.run
    view: JobView | None = None
    if run is not None and run.phase in AT_WORK:
        view = await see_job(world, batch, run.name, (REPORTER,), installation)
    return Observed(
        installation=installation,
        model=await _model(batch, world),
        job=view,
        jobs=job_references(jobs, batch),
    )


async def _model(batch: BatchPrediction, world: World) -> Model:
    namespace, model = batch.metadata.namespace, batch.spec.model
    if model.model_deployment is not None:
        name = model.model_deployment.name
        return stable_of(name, await world.load(ModelDeployment, namespace, name))
    if model.training_job is not None:
        name = model.training_job.name
        return current_of(name, await world.load(TrainingJob, namespace, name))
    name = model.version.name if model.version is not None else ""
    return pinned(name, await world.load(ModelVersion, namespace, name))
