"""What is there to know about a TrainingJob?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob, TrainingJobSpec
from trainyard.clients.coordinator_doors import CoordinatorDoors, Door, DoorSilent
from trainyard.installation import Installation
from trainyard.jobs.federated_pods import (
    CERTIFY,
    COORDINATE,
    COORDINATOR_PORT,
    coordinator_address,
)
from trainyard.jobs.job_view import JobView, references, see_address, see_job
from trainyard.jobs.search_job import TRIAL
from trainyard.objects import ObjectRef
from trainyard.outbox import Outbox
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World
from trainyard.tracked import Tracked
from trainyard.training_jobs.manifests import report_name, workers_name
from trainyard.training_jobs.observed import Observed, RoundsSaid
from trainyard.training_jobs.runs import run_at_work
from trainyard.training_jobs.searching import is_searching
from trainyard.training_jobs.tracking import outgoing_records

_REPORTERS = ("publish", "report")


async def observe_training_job(
    job: TrainingJob,
    world: World,
    *,
    installation: Installation,
    tracking: Outbox[Tracked] | None = None,
    doors: CoordinatorDoors | None = None,
) -> Observed:
    """Return the data, Jobs, versions and deployments that matter to the TrainingJob."""
    versions = await _versions(job, world)
    view, report = await _work(job, world, installation)
    run = run_at_work(job.status.runs)
    search = run.search if run is not None and is_searching(run) else None
    certificate = await _certificate(job, world, installation)
    seen = Observed(
        installation=installation,
        dataset=await _dataset(job, world),
        versions=versions,
        deployments=await _deployments(job, versions, world),
        pinned=await _pinned(versions, world),
        job=view,
        report=report,
        search=(
            await see_job(world, job, search.name, (TRIAL,), installation)
            if search is not None
            else None
        ),
        workers=await _workers(job, world, installation),
        children=await _children(job, world),
        certificate=certificate,
        rounds=await _rounds(job, world, certificate, doors),
        participants=await _participants(job, world),
    )
    if tracking is None:
        return seen
    deliveries = tracking.offer_all(job.metadata.uid, outgoing_records(job, seen))
    return replace(seen, deliveries=deliveries)


async def _children(job: TrainingJob, world: World) -> tuple[ObjectRef, ...]:
    labels = {OWNER_KIND: job.definition.singular, OWNER: job.metadata.name}
    found: list[ObjectRef] = []
    for kind in ("Job", "Service", "NetworkPolicy"):
        listed = await world.list(kind, job.metadata.namespace, labels)
        found.extend(references(kind, listed, job))
    return tuple(found)


async def _dataset(job: TrainingJob, world: World) -> Dataset | None:
    if job.spec.dataset is None:
        return None
    return await world.load(Dataset, job.metadata.namespace, job.spec.dataset.name)


async def _workers(job: TrainingJob, world: World, installation: Installation) -> JobView | None:
    run = run_at_work(job.status.runs)
    if job.spec.distributed is None or run is None or is_searching(run):
        return None
    return await see_job(world, job, workers_name(job, run), (), installation)


async def _certificate(job: TrainingJob, world: World, installation: Installation) -> str:
    run = run_at_work(job.status.runs)
    if job.spec.federated is None or run is None:
        return ""
    view = await see_job(world, job, run.name, (CERTIFY,), installation)
    return str(view.results.get(0, {}).get("certificate", ""))[:4096]


async def _rounds(
    job: TrainingJob, world: World, certificate: str, doors: CoordinatorDoors | None
) -> RoundsSaid | None:
    """Ask the run's own pod, whoever else answers by the name of its Service."""
    run = run_at_work(job.status.runs)
    if doors is None or run is None or not certificate:
        return None
    address = await see_address(world, job, run.name, COORDINATE)
    if not address:
        return None
    try:
        door = Door(address, COORDINATOR_PORT, coordinator_address(job), certificate)
        return RoundsSaid(await doors.progress(door))
    except DoorSilent as fault:
        return RoundsSaid(why=str(fault))


async def _participants(job: TrainingJob, world: World) -> dict[str, Dataset]:
    if job.spec.federated is None:
        return {}
    named = [participant.dataset for participant in job.spec.federated.participants]
    found = {d.full_name: await world.load(Dataset, d.namespace, d.name) for d in named}
    return {name: dataset for name, dataset in found.items() if dataset is not None}


async def _versions(job: TrainingJob, world: World) -> tuple[ModelVersion, ...]:
    """Return what the TrainingJob made, but for what is being deleted."""
    namespace = job.metadata.namespace
    names = await world.referrers("TrainingJob", namespace, job.metadata.name, by="ModelVersion")
    found = [await world.load(ModelVersion, namespace, name) for name in names]
    return tuple(v for v in found if v is not None and v.metadata.deletion_timestamp is None)


async def _deployments(
    job: TrainingJob, versions: Iterable[ModelVersion], world: World
) -> tuple[ModelDeployment, ...]:
    """Return who follows the TrainingJob or serves what it made, and whom it names."""
    namespace, kind = job.metadata.namespace, "ModelDeployment"
    names = named_deployments(job.spec)
    names |= {*await world.referrers("TrainingJob", namespace, job.metadata.name, by=kind)}
    for version in versions:
        names |= {*await world.referrers("ModelVersion", namespace, version.metadata.name, by=kind)}
    found = [await world.load(ModelDeployment, namespace, name) for name in sorted(names)]
    return tuple(deployment for deployment in found if deployment is not None)


async def _pinned(versions: Iterable[ModelVersion], world: World) -> frozenset[str]:
    """Return the versions that score files: their pins outlast other versions."""
    found = {
        version.metadata.name: await world.referrers(
            "ModelVersion", version.metadata.namespace, version.metadata.name, by="BatchPrediction"
        )
        for version in versions
    }
    return frozenset(name for name, batches in found.items() if batches)


def named_deployments(spec: TrainingJobSpec) -> set[str]:
    """Return the ModelDeployments that gates and signals name."""
    named = {subscription.model_deployment.name for subscription in spec.retrain.on_signals}
    against = (gate.against_champion for gate in spec.gates)
    return named | {a.model_deployment.name for a in against if a and a.model_deployment}


async def _work(
    job: TrainingJob, world: World, installation: Installation
) -> tuple[JobView | None, JobView | None]:
    run = run_at_work(job.status.runs)
    if run is None:
        return None, None
    view = await see_job(world, job, run.name, _REPORTERS, installation)
    if run.phase is not TaskPhase.REPORTING:
        return view, None
    name = report_name(job, run)
    return view, await see_job(world, job, name, _REPORTERS, installation)
