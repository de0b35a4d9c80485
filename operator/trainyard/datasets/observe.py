"""What is there to know about a Dataset?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.datasets.decide import Observed
from trainyard.datasets.manifests import report_name
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView, job_references, see_job
from trainyard.ownership import OWNER, OWNER_KIND
from trainyard.reconciling.world import RawObject, World

_REPORTERS = ("ingest", "report")


async def observe_dataset(
    dataset: Dataset, world: World, *, installation: Installation
) -> Observed:
    """Return the Dataset's Jobs as they stand, and who wants fresh data of it."""
    namespace = dataset.metadata.namespace
    labels = {OWNER_KIND: dataset.definition.singular, OWNER: dataset.metadata.name}
    jobs = await world.list("Job", namespace, labels)
    training_jobs = await world.list("TrainingJob", namespace)
    look = dataset.status.look
    job: JobView | None = None
    report: JobView | None = None
    if look is not None and look.phase in {"Looking", "Reporting"}:
        job = await see_job(world, dataset, look.name, _REPORTERS)
        if look.phase == "Reporting":
            report = await see_job(world, dataset, report_name(dataset, look), _REPORTERS)
    return Observed(
        installation=installation,
        job=job,
        report=report,
        wishes=tuple(_wishes(training_jobs, dataset.metadata.name)),
        jobs=job_references(jobs, dataset),
    )


def _wishes(training_jobs: Sequence[RawObject], dataset: str) -> Iterator[str]:
    """Yield the ids of the wishes; other kinds are read as they are stored, not as models."""
    for job in training_jobs:
        wanted: Mapping[str, Any] = job.get("status", {}).get("freshDataWanted") or {}
        reference = job.get("spec", {}).get("dataset", {})
        if reference.get("name") == dataset and wanted.get("id"):
            yield str(wanted["id"])
