"""What is told of refreshes: each version that was found, and why the last one gave none."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetStatus, DatasetVersion, Refresh
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.conditions import shorten
from trainyard.datasets.outcome import describe_failures
from trainyard.installation import Installation
from trainyard.jobs.source_names import name_of_source
from trainyard.lineage import data_version, place_of, source_data
from trainyard.tracked import RunState, Tracked, TrackedRun

JOB_TYPE = "INGESTION"
_LONGEST = 500


def told_refreshes(
    dataset: Dataset, status: DatasetStatus, installation: Installation
) -> dict[str, Tracked]:
    """Return by name the refreshes that found the versions, oldest first, and one that failed."""
    found: dict[str, Tracked] = {
        version.digest: _that_found(dataset, version, installation)
        for version in reversed(status.versions)
    }
    last = status.last_refresh
    if last is not None and _gave_nothing(last):
        found[last.name] = _that_failed(dataset, last, installation)
    return found


def _gave_nothing(refresh: Refresh) -> bool:
    return refresh.phase is TaskPhase.FAILED or refresh.outcome == "Refused"


def _that_found(
    dataset: Dataset, version: DatasetVersion, installation: Installation
) -> TrackedRun:
    """Its one moment is that of the finding: the status keeps no other of earlier refreshes."""
    tags = {
        "trainyard.datasetVersion": version.name,
        "trainyard.schemaDigest": version.schema_digest,
        "trainyard.difference": version.difference,
    }
    source = source_data(dataset, version.source, installation, version.source_digest)
    return TrackedRun(
        number=0,
        id=f"{dataset.metadata.uid}/{version.digest}",
        name=version.name or version.digest,
        state=RunState.FINISHED,
        started_at=version.found_at,
        ended_at=version.found_at,
        metrics={
            "rows": float(version.rows),
            "train_rows": float(version.train_rows),
            "test_rows": float(version.test_rows),
        },
        tags=dict(_tags(dataset, tags)),
        place=place_of(dataset, installation),
        job=_job(dataset),
        job_type=JOB_TYPE,
        reads=(source,) if version.source else (),
        gives=data_version(dataset, version, installation),
    )


def _that_failed(dataset: Dataset, refresh: Refresh, installation: Installation) -> TrackedRun:
    why = (
        describe_failures(refresh.failures)
        if refresh.outcome == "Refused"
        else f"{refresh.reason}: {refresh.message}"
    )
    source = source_data(dataset, name_of_source(dataset.spec.source), installation)
    return TrackedRun(
        number=0,
        id=f"{dataset.metadata.uid}/{refresh.name}",
        name=refresh.name,
        state=RunState.FAILED,
        started_at=refresh.started_at or refresh.queued_at,
        ended_at=refresh.finished_at,
        tags=dict(_tags(dataset, {"trainyard.trigger": refresh.trigger})),
        place=place_of(dataset, installation),
        job=_job(dataset),
        job_type=JOB_TYPE,
        why=why,
        reads=(source,),
    )


def _job(dataset: Dataset) -> str:
    return f"dataset/{dataset.metadata.name}"


def _tags(dataset: Dataset, own: dict[str, str]) -> Iterator[tuple[str, str]]:
    shared = {
        "trainyard.namespace": dataset.metadata.namespace,
        "trainyard.dataset": dataset.metadata.name,
    }
    for key, value in {**shared, **own}.items():
        if value:
            yield key, shorten(value, _LONGEST)
