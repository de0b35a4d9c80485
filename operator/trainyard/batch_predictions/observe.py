"""What is there to know about a BatchPrediction?"""

from __future__ import annotations

from dataclasses import replace

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.batch_predictions.lineage import models_of, told_runs
from trainyard.batch_predictions.manifests import REPORTER
from trainyard.batch_predictions.model import Model, current_of, pinned, stable_of
from trainyard.batch_predictions.observed import Observed
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.lineage import outgoing_lineage
from trainyard.outbox import Outbox
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World
from trainyard.tracked import Tracked


async def observe_batch_prediction(
    batch: BatchPrediction,
    world: World,
    *,
    installation: Installation,
    tracking: Outbox[Tracked] | None = None,
) -> Observed:
    """Return the version that would score, and the Jobs as they stand."""
    labels = {OWNER_KIND: batch.definition.singular, OWNER: batch.metadata.name}
    jobs = await world.list("Job", batch.metadata.namespace, labels)
    run = batch.status.run
    view: JobView | None = None
    if run is not None and run.phase in AT_WORK:
        view = await see_job(world, batch, run.name, (REPORTER,), installation)
    seen = Observed(
        installation=installation,
        model=await _model(batch, world),
        job=view,
        versions=await _versions(batch, world),
        jobs=job_references(jobs, batch),
    )
    if tracking is None or batch.spec.tracking is None:
        return seen
    told = told_runs(batch, batch.status, seen.versions, installation)
    outgoing = outgoing_lineage(batch, told, installation)
    return replace(seen, deliveries=tracking.offer_all(batch.metadata.uid, outgoing))


async def _versions(batch: BatchPrediction, world: World) -> dict[str, ModelVersion]:
    """Return those of the runs, where anybody is told of them."""
    if batch.spec.tracking is None:
        return {}
    namespace = batch.metadata.namespace
    found = {name: await world.load(ModelVersion, namespace, name) for name in models_of(batch)}
    return {name: version for name, version in found.items() if version is not None}


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
