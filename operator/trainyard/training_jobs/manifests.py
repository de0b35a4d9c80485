"""What do the children of a TrainingJob look like: training Job, report Job, ModelVersion?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trainyard.api.gates import measures_of
from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.installation import Installation
from trainyard.jobs.distributed_fit import gathering
from trainyard.jobs.federated_pods import coordinator_address
from trainyard.jobs.job_manifest import REPORT_DEADLINE_SECONDS, Work, report_job
from trainyard.jobs.search_job import search_job_manifest
from trainyard.jobs.training_pod import training_job_manifest
from trainyard.ownership import child_labels, child_name
from trainyard.training_jobs.halving import tried_now
from trainyard.training_jobs.identity import version_name
from trainyard.training_jobs.recipes.recipe import recipe_of
from trainyard.training_jobs.searching import chosen, search_document, trial_document


def train_document(job: TrainingJob, run: Run) -> dict[str, Any]:
    """Return the task of the run, as the training image reads it."""
    search = search_document(job.spec, run)
    measures = [request.document() for request in measures_of(job.spec.gates)]
    return {
        "version": 1,
        "run": run.name,
        "dataset": {"digest": run.dataset_digest} if run.dataset_digest else None,
        "target": run.target,
        "recipe": _recipe(job, run),
        "recipeDigest": run.recipe_digest,
        "seed": job.spec.seed,
        "champion": {"digest": run.champion} if run.champion else None,
        "candidate": None,
        "gatesNeedChampion": any(g.against_champion is not None for g in job.spec.gates),
        **({"measures": measures} if measures else {}),
        **({"search": search} if search else {}),
        **_distributed(job),
    }


def _distributed(job: TrainingJob) -> dict[str, Any]:
    found = job.spec.distributed
    return {} if found is None else {"distributed": {"workers": found.workers}}


def _recipe(job: TrainingJob, run: Run) -> dict[str, Any]:
    words = {"trust": job.spec.trust, **recipe_of(chosen(job.spec, run)).document()}
    if job.spec.federated is not None:
        words["federated"] = {**words["federated"], "address": coordinator_address(job)}
    return words


def run_job(job: TrainingJob, run: Run, installation: Installation) -> dict[str, Any]:
    """Return the Job of the run."""
    training = recipe_of(job.spec).training(train_document(job, run))
    work = _queued_work(job, run.name, installation)
    return training_job_manifest(work, replace(training, env=job.spec.pod.env), run=run.name)


def workers_name(job: TrainingJob, run: Run) -> str:
    """Return the name of the Job of the run's workers, of their Service and their policy."""
    return child_name(job.metadata.name, run.name, "workers")


def gathering_of(
    job: TrainingJob, run: Run, installation: Installation
) -> tuple[dict[str, Any], ...]:
    """Return what has to be there beside the run's Job, where several pods fit its model."""
    if job.spec.distributed is None:
        return ()
    training = recipe_of(job.spec).training(train_document(job, run))
    work = _queued_work(job, workers_name(job, run), installation)
    work = replace(work, deadline_seconds=2 * work.deadline_seconds)
    training = replace(training, env=job.spec.pod.env)
    return gathering(work, training, job.spec.distributed, run.name)


def search_job(job: TrainingJob, run: Run, installation: Installation) -> dict[str, Any]:
    """Return the Job that tries parameters before the run's model is fitted."""
    assert job.spec.search is not None and run.search is not None  # noqa: S101, PT018
    work = _queued_work(job, run.search.name, installation)
    document = {**train_document(job, run), "search": trial_document(job.spec, run)}
    training = recipe_of(job.spec).training(document)
    return search_job_manifest(
        work,
        replace(training, env=job.spec.pod.env),
        trials=len(tried_now(run.search)),
        parallelism=job.spec.search.parallelism,
        run=run.name,
    )


def search_name(job: TrainingJob, run: Run, turn: int, attempt: int) -> str:
    """Return the name of the Job of a round of the run's search; a further one has another."""
    return child_name(job.metadata.name, run.name, "search", str(turn), str(attempt))


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


def _queued_work(job: TrainingJob, name: str, installation: Installation) -> Work:
    work = _work(job, name, installation, job.spec.attempts.deadline_seconds)
    return replace(work, queue=job.spec.queue_name)


def _work(job: TrainingJob, name: str, installation: Installation, deadline: int) -> Work:
    return Work(
        owner=job,
        name=name,
        installation=installation,
        settings=job.spec.pod,
        deadline_seconds=deadline,
    )
