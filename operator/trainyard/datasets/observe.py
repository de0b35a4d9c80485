"""What is there to know about a Dataset?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.datasets.lineage import told_refreshes
from trainyard.datasets.manifests import report_name
from trainyard.datasets.observed import Observed, RunOfOthers
from trainyard.datasets.participations import participation_name
from trainyard.installation import Installation
from trainyard.jobs.federated_pods import ENROL
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.jobs.labelled_rows import last_folder
from trainyard.lineage import outgoing_lineage
from trainyard.outbox import Outbox
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import World
from trainyard.tracked import Tracked

_REPORTERS = ("ingest", "report")


async def observe_dataset(
    dataset: Dataset,
    world: World,
    *,
    installation: Installation,
    tracking: Outbox[Tracked] | None = None,
) -> Observed:
    """Return the Dataset's Jobs as they stand, and which refreshes are requested of it."""
    namespace = dataset.metadata.namespace
    labels = {OWNER_KIND: dataset.definition.singular, OWNER: dataset.metadata.name}
    jobs = await world.list("Job", namespace, labels)
    refresh = dataset.status.refresh
    job: JobView | None = None
    report: JobView | None = None
    if refresh is not None and refresh.phase in AT_WORK:
        job = await see_job(world, dataset, refresh.name, _REPORTERS, installation)
        if refresh.phase is TaskPhase.REPORTING:
            name = report_name(dataset, refresh)
            report = await see_job(world, dataset, name, _REPORTERS, installation)
    runs = await _runs_of_others(dataset, world)
    seen = Observed(
        installation=installation,
        job=job,
        report=report,
        requested=tuple(_requested(await _training_jobs(dataset, world))),
        runs_of_others=runs,
        participations={
            name: await see_job(world, dataset, name, (ENROL,), installation)
            for name in {participation_name(dataset, run) for run in runs}
        },
        config_map_version=await _config_map_version(dataset, world),
        labelled=await _labelled(dataset, world),
        jobs=job_references(jobs, dataset),
    )
    if tracking is None or dataset.spec.tracking is None:
        return seen
    told = told_refreshes(dataset, dataset.status, installation)
    outgoing = outgoing_lineage(dataset, told, installation)
    return replace(seen, deliveries=tracking.offer_all(dataset.metadata.uid, outgoing))


async def _training_jobs(dataset: Dataset, world: World) -> list[TrainingJob]:
    namespace, own = dataset.metadata.namespace, dataset.metadata.name
    users = await world.referrers("Dataset", namespace, own, by="TrainingJob")
    loaded = [await world.load(TrainingJob, namespace, name) for name in users if "/" not in name]
    return [job for job in loaded if job is not None and _trains_on(job, own)]


def _trains_on(job: TrainingJob, dataset: str) -> bool:
    """Whether the Dataset is its own, not that of a participant."""
    return job.spec.dataset is not None and job.spec.dataset.name == dataset


async def _runs_of_others(dataset: Dataset, world: World) -> tuple[RunOfOthers, ...]:
    federation = dataset.spec.federation
    found = []
    for allowed in federation.allowed_coordinators if federation is not None else ():
        job = await world.load(TrainingJob, allowed.namespace, allowed.name)
        state = job.status.federation if job is not None else None
        if state is None:
            continue
        found.append(
            RunOfOthers(
                coordinator=allowed.full_name,
                run=state.run,
                target=state.target,
                address=state.address,
                certificate=state.certificate,
                participants=frozenset(p.dataset for p in state.participants),
            )
        )
    return tuple(found)


async def _config_map_version(dataset: Dataset, world: World) -> str:
    source = dataset.spec.source.config_map
    if source is None:
        return ""
    found = await world.get("ConfigMapMetadata", dataset.metadata.namespace, source.name)
    return str(found["metadata"].get("resourceVersion", "")) if found is not None else ""


async def _labelled(dataset: Dataset, world: World) -> str:
    source = dataset.spec.source.captures
    if source is None:
        return ""
    name = source.model_deployment.name
    found = await world.get("ModelDeployment", dataset.metadata.namespace, name)
    return last_folder(found) if found is not None else ""


def _requested(training_jobs: Iterable[TrainingJob]) -> Iterator[str]:
    """Yield the ids of the requests."""
    for job in training_jobs:
        if job.status.refresh_requested is not None:
            yield job.status.refresh_requested.id
