"""What do the children of a TrainingJob look like: training Job, report Job, ModelVersion?"""

from __future__ import annotations

from typing import Any

from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.training_job import TrainingJob, TrainingJobSpec
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.installation import Installation
from trainyard.jobs.job_manifest import REPORT_DEADLINE_SECONDS, Work, report_job
from trainyard.jobs.source_access import source_access
from trainyard.jobs.training_pod import Training, training_job_manifest
from trainyard.ownership import child_labels, child_name
from trainyard.training_jobs.identity import version_name


def train_document(job: TrainingJob, run: Run) -> dict[str, Any]:
    """Return the task of the run, as the training image reads it."""
    return {
        "version": 1,
        "run": run.name,
        "dataset": {"digest": run.dataset_digest},
        "target": run.target,
        "recipe": _recipe(job.spec),
        "recipeDigest": run.recipe_digest,
        "seed": job.spec.seed,
        "champion": {"digest": run.champion} if run.champion else None,
        "candidate": None,
        "gatesNeedChampion": any(g.against_champion is not None for g in job.spec.gates),
    }


def run_job(job: TrainingJob, run: Run, installation: Installation) -> dict[str, Any]:
    """Return the Job of the run."""
    imported = job.spec.import_
    training = Training(
        document=train_document(job, run),
        train=imported is None,
        container=job.spec.container,
        source=imported.source if imported is not None else None,
    )
    deadline = job.spec.attempts.deadline_seconds
    work = _work(job, run.name, installation, deadline)
    return training_job_manifest(work, training, run=run.name)


def run_report_job(job: TrainingJob, run: Run, installation: Installation) -> dict[str, Any]:
    """Return the Job that reads the stored result of the run."""
    work = _work(job, report_name(job, run), installation, REPORT_DEADLINE_SECONDS)
    return report_job(work, run.name, run=run.name)


def report_name(job: TrainingJob, run: Run) -> str:
    """Return the name of the run's report Job."""
    return child_name(job.metadata.name, run.name, "report")


def model_version(job: TrainingJob, spec: ModelVersionSpec) -> dict[str, Any]:
    """Return the ModelVersion; it has no owner, because it outlives the TrainingJob."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ModelVersion",
        "metadata": {
            "name": version_name(job.metadata.name, spec.bundle_digest),
            "namespace": job.metadata.namespace,
            "labels": child_labels(job, run=spec.run),
        },
        "spec": spec.to_api(),
    }


def _work(job: TrainingJob, name: str, installation: Installation, deadline: int) -> Work:
    return Work(
        owner=job,
        name=name,
        installation=installation,
        settings=job.spec.pod,
        deadline_seconds=deadline,
    )


def _recipe(spec: TrainingJobSpec) -> dict[str, Any]:
    recipe: dict[str, Any] = {"trust": spec.trust}
    if spec.estimator is not None:
        recipe["estimator"] = {
            "class": spec.estimator.class_,
            "parameters": spec.estimator.parameters,
            "preprocessing": {"mode": spec.estimator.preprocessing.mode},
        }
    if spec.container is not None:
        recipe["container"] = _container(spec)
    if spec.import_ is not None:
        recipe["import"] = {
            "source": source_access(spec.import_.source).document,
            "format": spec.import_.format,
            "digest": spec.import_.digest,
        }
    return recipe


def _container(spec: TrainingJobSpec) -> dict[str, Any]:
    container = spec.container
    if container is None:
        return {}
    return {
        "image": container.image,
        "command": list(container.command) or None,
        "args": list(container.args) or None,
        "env": [variable.to_api() for variable in container.env],
    }
