"""What does the Job look like that joins labels with captured rows?"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.labels import LabelJoin, LabelsSpec
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
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
from trainyard.jobs.labelled_rows import former_folder, labelled_folder
from trainyard.model_deployments.collector import capture_folder
from trainyard.ownership import child_name
from trainyard.store_access import RESULT

JOIN = "join"
DEADLINE_SECONDS = 6 * 3600


def labels_of(resource: ModelDeployment) -> LabelsSpec | None:
    """Return where the labels are; None: nobody asks for them."""
    quality = resource.spec.monitoring.quality
    return quality.labels if quality is not None else None


def join_inputs(resource: ModelDeployment, digest: str) -> str:
    """Return the name of what a join of that version is asked; a join is made once for each."""
    asked = json.dumps(_asked(resource, digest), sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def join_question(resource: ModelDeployment) -> str:
    """Return the name of what joins are asked by now, whatever the version of the labels."""
    return join_inputs(resource, "")


def join_document(resource: ModelDeployment, join: LabelJoin) -> dict[str, Any]:
    """Return the task, as the training image reads it."""
    now = join.queued_at.isoformat().replace("+00:00", "Z")
    document = {
        "version": 1,
        "run": join.name,
        "captures": capture_folder(resource),
        "folder": labelled_folder(resource.metadata.uid),
        "previous": join.last or None,
        "previousFolder": _previous_folder(resource, join),
        "now": now,
        **_asked(resource, join.dataset_digest),
    }
    return {key: value for key, value in document.items() if value is not None}


def join_job(
    resource: ModelDeployment, join: LabelJoin, installation: Installation
) -> dict[str, Any]:
    """Return the Job; it reads captures and labels, and writes the labelled rows."""
    work = _work(resource, join.name, installation, DEADLINE_SECONDS)
    environment, mounts = store_parts(work, read_only=False)
    container = trainer_container(
        work,
        JOIN,
        environment=[
            task_variable(join_document(resource, join)),
            variable(RESULT, work.result),
            *environment,
        ],
        mounts=mounts,
    )
    return job(work, PodParts(containers=[container]))


def join_report_job(
    resource: ModelDeployment, join: LabelJoin, installation: Installation
) -> dict[str, Any]:
    """Return the Job that reads the stored result of a join."""
    name = join_report_name(resource, join)
    return report_job(_work(resource, name, installation, REPORT_DEADLINE_SECONDS), join.name)


def join_report_name(resource: ModelDeployment, join: LabelJoin) -> str:
    """Return the name of the join's report Job."""
    return child_name(resource.metadata.name, join.name, "report")


def join_name(resource: ModelDeployment, inputs: str, attempt: int) -> str:
    """Return the Job's name: the same join is never started twice."""
    metadata = resource.metadata
    return child_name(metadata.name, metadata.uid, JOIN, inputs, str(attempt))


def _previous_folder(resource: ModelDeployment, join: LabelJoin) -> str | None:
    if not join.last:
        return None
    return join.folder or former_folder(resource.metadata.name)


def _asked(resource: ModelDeployment, digest: str) -> dict[str, Any]:
    labels, fairness = labels_of(resource), resource.spec.monitoring.fairness
    quality = resource.spec.monitoring.quality
    if labels is None or quality is None:
        return {}
    return {
        "labels": {
            "dataset": {"digest": digest},
            "requestIdColumn": labels.request_id_column,
            "labelColumn": labels.label_column,
            "maxDelaySeconds": labels.max_delay_seconds,
        },
        "metric": quality.metric,
        "windowRows": labels.window_rows,
        "fairness": {"column": fairness.column, "measure": fairness.measure} if fairness else None,
    }


def _work(resource: ModelDeployment, name: str, installation: Installation, deadline: int) -> Work:
    return Work(
        owner=resource,
        name=name,
        installation=installation,
        settings=PodSettings(),
        deadline_seconds=deadline,
    )
