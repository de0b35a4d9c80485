"""What do the Jobs of a Dataset look like?"""

from __future__ import annotations

from typing import Any

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.dataset import Dataset, DatasetSpec
from trainyard.api.v1alpha1.dataset_status import Look
from trainyard.datasets.identity import column_document
from trainyard.installation import Installation
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

LOOK_DEADLINE_SECONDS = 6 * 3600


def ingest_document(dataset: Dataset, look: Look) -> dict[str, Any]:
    """Return the task of the look, as the training image reads it."""
    spec = dataset.spec
    return {
        "version": 1,
        "dataset": dataset.metadata.name,
        "source": source_access(spec.source).document,
        "format": spec.format,
        "target": spec.target,
        "columns": _columns(spec),
        "lockedSchema": look.locked_schema,
        "checks": _plain(spec.checks),
        "split": _plain(spec.split),
        "now": look.at.isoformat().replace("+00:00", "Z"),
    }


def ingest_job(dataset: Dataset, look: Look, installation: Installation) -> dict[str, Any]:
    """Return the Job that takes the look."""
    work = _work(dataset, look.name, installation, LOOK_DEADLINE_SECONDS)
    access = source_access(dataset.spec.source)
    environment, mounts = store_parts(work, read_only=False)
    container = trainer_container(
        work,
        "ingest",
        environment=[
            task_variable(ingest_document(dataset, look)),
            variable("TRAINYARD_RESULT", work.result),
            *environment,
            *access.environment,
        ],
        mounts=[*mounts, *access.mounts],
    )
    return job(work, PodParts(containers=[container], volumes=access.volumes), run=look.name)


def look_report_job(dataset: Dataset, look: Look, installation: Installation) -> dict[str, Any]:
    """Return the Job that reads the stored result of a look."""
    name = report_name(dataset, look)
    work = _work(dataset, name, installation, REPORT_DEADLINE_SECONDS)
    return report_job(work, look.name, run=look.name)


def report_name(dataset: Dataset, look: Look) -> str:
    """Return the name of the look's report Job."""
    return child_name(dataset.metadata.name, look.name, "report")


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


def _plain(model: ApiModel) -> dict[str, Any]:
    """Percentages may be integers or texts; the document has them as they are."""
    return model.to_api()
