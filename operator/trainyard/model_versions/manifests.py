"""What do the Jobs of a ModelVersion look like?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trainyard.api.measures import MeasureRequest
from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.model_version import EvaluateJob, ModelVersion
from trainyard.installation import Installation
from trainyard.jobs.job_manifest import REPORT_DEADLINE_SECONDS, Work, report_job
from trainyard.jobs.training_pod import Training, training_job_manifest
from trainyard.ownership import child_name


def evaluate_document(version: ModelVersion, evaluate: EvaluateJob) -> dict[str, Any]:
    """Return the task of the evaluation, as the training image reads it."""
    spec = version.spec
    measures = [request.document() for request in evaluate.measures]
    return {
        "version": 1,
        "run": evaluate.name,
        "dataset": {"digest": spec.dataset_digest} if spec.dataset_digest else None,
        "target": spec.target,
        "recipeDigest": spec.recipe_digest,
        "seed": 0,
        "champion": {"digest": evaluate.champion} if evaluate.champion else None,
        "candidate": {"digest": spec.bundle_digest},
        "gatesNeedChampion": evaluate.champion is not None,
        **({"measures": measures} if measures else {}),
    }


def evaluate_job(
    version: ModelVersion, evaluate: EvaluateJob, installation: Installation
) -> dict[str, Any]:
    """Return the Job that measures version and champion on the version's test rows."""
    work = Work(
        owner=version,
        name=evaluate.name,
        installation=installation,
        settings=evaluate.pod,
        deadline_seconds=evaluate.deadline_seconds,
    )
    document = evaluate_document(version, evaluate)
    training = Training(document, train=False, env=evaluate.pod.env)
    return training_job_manifest(work, training, run=evaluate.name)


def evaluate_report_job(
    version: ModelVersion, evaluate: EvaluateJob, installation: Installation
) -> dict[str, Any]:
    """Return the Job that reads the stored result of the evaluation."""
    work = Work(
        owner=version,
        name=report_name(version, evaluate),
        installation=installation,
        settings=PodSettings(),
        deadline_seconds=REPORT_DEADLINE_SECONDS,
    )
    return report_job(work, evaluate.name, run=evaluate.name)


def evaluate_name(
    version: ModelVersion, champion: str, attempt: int, measures: Iterable[MeasureRequest] = ()
) -> str:
    """Return the name of the evaluate Job: another one for everything that it may be asked."""
    meta = version.metadata
    asked = (request.key for request in measures)
    return child_name(meta.name, meta.uid, champion, str(attempt), *asked)


def report_name(version: ModelVersion, evaluate: EvaluateJob) -> str:
    """Return the name of the report Job of the evaluate Job."""
    return child_name(version.metadata.name, evaluate.name, "report")
