"""What do the Jobs of a Dataset look like?"""

from __future__ import annotations

from typing import Any

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.dataset import Dataset, DatasetSpec
from trainyard.api.v1alpha1.dataset_status import Refresh
from trainyard.api.v1alpha1.federated import Participation
from trainyard.datasets.identity import column_document
from trainyard.datasets.observed import RunOfOthers
from trainyard.installation import Installation
from trainyard.jobs.extraction import extraction_container, extraction_volume
from trainyard.jobs.federated_pods import COORDINATOR_PORT, participation_job
from trainyard.jobs.job_manifest import (
    REPORT_DEADLINE_SECONDS,
    PodParts,
    Work,
    job,
    report_job,
    store_parts,
    task_variable,
    trainer_container,
    variable,
)
from trainyard.jobs.source_access import source_access
from trainyard.ownership import child_name
from trainyard.store_access import RESULT

REFRESH_DEADLINE_SECONDS = 6 * 3600
PARTICIPATION_DEADLINE_SECONDS = 7 * 24 * 3600
"""As long as the certificate of a run is valid."""

_LATER_CHECKS = {"splitLeakage": "Warn"}
"""Checks that came after the first images, each with what an image that knows it does by itself."""


def ingest_document(
    dataset: Dataset, refresh: Refresh, installation: Installation
) -> dict[str, Any]:
    """Return the task of the refresh, as the training image reads it.

    Another image may read the same bytes otherwise: it is part of what makes a source unchanged.
    """
    spec = dataset.spec
    csv = spec.csv.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        **({"csv": csv} if csv else {}),
        **({"previous": refresh.previous} if refresh.previous else {}),
        **({"knownState": refresh.known_state} if refresh.known_state else {}),
        "reader": installation.training_image,
        "version": 1,
        "dataset": dataset.metadata.name,
        "source": source_access(spec.source, refresh.labelled).document,
        "format": spec.format,
        "target": spec.target,
        "columns": _columns(spec),
        "lockedSchema": refresh.locked_schema,
        "checks": _checks(spec),
        "split": _plain(spec.split),
        "now": refresh.queued_at.isoformat().replace("+00:00", "Z"),
    }


def ingest_job(dataset: Dataset, refresh: Refresh, installation: Installation) -> dict[str, Any]:
    """Return the Job of the refresh."""
    work = _work(dataset, refresh.name, installation, REFRESH_DEADLINE_SECONDS)
    access = source_access(dataset.spec.source, refresh.labelled)
    environment, mounts = store_parts(work, read_only=False)
    container = trainer_container(
        work,
        "ingest",
        environment=[
            task_variable(ingest_document(dataset, refresh, installation)),
            variable(RESULT, work.result),
            *environment,
            *access.environment,
        ],
        mounts=[*mounts, *access.mounts],
    )
    parts = PodParts(containers=[container], volumes=access.volumes)
    source = dataset.spec.source.container
    if source is not None:
        parts = PodParts(
            containers=[container],
            init_containers=[extraction_container(work, source)],
            volumes=[*access.volumes, extraction_volume(work, source)],
        )
    return job(work, parts, run=refresh.name)


def participation_manifest(
    dataset: Dataset, part: Participation, run: RunOfOthers, installation: Installation
) -> dict[str, Any]:
    """Return the Job by which the Dataset takes part in the run."""
    document = {
        "version": 1,
        "run": part.run,
        "participant": f"{dataset.metadata.namespace}/{dataset.metadata.name}",
        "dataset": part.dataset_digest,
        "target": run.target,
        "address": run.address,
        "port": COORDINATOR_PORT,
        "certificate": run.certificate,
    }
    work = _work(dataset, part.name, installation, PARTICIPATION_DEADLINE_SECONDS)
    return participation_job(work, document, run=part.run)


def report_job_of(dataset: Dataset, refresh: Refresh, installation: Installation) -> dict[str, Any]:
    """Return the Job that reads the stored result of a refresh."""
    name = report_name(dataset, refresh)
    work = _work(dataset, name, installation, REPORT_DEADLINE_SECONDS)
    return report_job(work, refresh.name, run=refresh.name)


def report_name(dataset: Dataset, refresh: Refresh) -> str:
    """Return the name of the refresh's report Job."""
    return child_name(dataset.metadata.name, refresh.name, "report")


def _work(dataset: Dataset, name: str, installation: Installation, deadline: int) -> Work:
    return Work(
        owner=dataset,
        name=name,
        installation=installation,
        settings=dataset.spec.pod,
        deadline_seconds=deadline,
    )


def _columns(spec: DatasetSpec) -> list[dict[str, Any]] | None:
    return [column_document(column) for column in spec.columns] if spec.columns else None


def _checks(spec: DatasetSpec) -> dict[str, Any]:
    """An image from before a check refuses its field: sent is only what somebody has asked for."""
    checks = _plain(spec.checks)
    return {n: v for n, v in checks.items() if n not in _LATER_CHECKS or v != _LATER_CHECKS[n]}


def _plain(model: ApiModel) -> dict[str, Any]:
    """Percentages may be integers or texts; the document has them as they are."""
    return model.to_api()
