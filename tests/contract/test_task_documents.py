"""What the operator writes into a pod, the training image can read: every field, no field more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cluster_access import ROOT
from declared import (
    DIGEST,
    NOW,
    OTHER_DIGEST,
    a_look,
    a_run,
    an_installation,
    declared,
)

from trainer.__main__ import VERBS
from trainer.pod.environment import read_environment
from trainer.pod.exits import Reason
from trainer.tasks.task import read_ingest_task, read_train_task
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_version import EvaluateJob, ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.datasets.manifests import ingest_document, ingest_job, look_report_job
from trainyard.jobs.failure import USER_FAULT_CODES
from trainyard.model_versions.manifests import (
    evaluate_document,
    evaluate_job,
    evaluate_report_job,
)
from trainyard.training_jobs.manifests import run_job, run_report_job, train_document

DATASETS = declared(Dataset)
TRAINING_JOBS = declared(TrainingJob)
VERSION = declared(ModelVersion)[0][1]
EVALUATE = EvaluateJob(name="ev-0123456789", champion=OTHER_DIGEST, phase="Running", at=NOW)


def names(found: list[tuple[Any, Any]]) -> list[str]:
    """Return what the tests are called: the file's path."""
    return [str(path.relative_to(ROOT)) for path, _ in found]


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every kind of Job that the operator makes, with both kinds of stores."""
    for store in (False, True):
        installation = an_installation(bucket=store)
        for path, dataset in DATASETS:
            yield path.stem, ingest_job(dataset, a_look(), installation)
            yield path.stem, look_report_job(dataset, a_look(), installation)
        for path, training in TRAINING_JOBS:
            run = a_run(champion=OTHER_DIGEST)
            yield path.stem, run_job(training, run, installation)
            yield path.stem, run_report_job(training, run, installation)
        yield "evaluate", evaluate_job(VERSION, EVALUATE, installation)
        yield "evaluate", evaluate_report_job(VERSION, EVALUATE, installation)


JOBS = [pytest.param(job, id=f"{n} {name}") for n, (name, job) in enumerate(jobs())]


def containers(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the containers of our own image, in the order in which they run."""
    pod = job["spec"]["template"]["spec"]
    everything = [*pod.get("initContainers", ()), *pod["containers"]]
    return [c for c in everything if c["image"] == "trainyard/training:dev"]


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Return the container's variables; those from a secret have a stand-in value."""
    return {e["name"]: e.get("value", "from a secret") for e in container["env"]}


@pytest.mark.parametrize(("_", "dataset"), DATASETS, ids=names(DATASETS))
def test_an_ingest_document_is_read(_: Any, dataset: Dataset) -> None:
    """Every declared Dataset becomes a task that means the same on the other side."""
    look = a_look(locked_schema=DIGEST)
    task = read_ingest_task(json.dumps(ingest_document(dataset, look)))
    spec = dataset.spec
    assert (task.dataset, task.target) == (dataset.metadata.name, spec.target)
    assert [c.name for c in task.columns or ()] == [c.name for c in spec.columns or ()]
    assert task.checks.min_rows == spec.checks.min_rows
    assert (task.split.by, task.split.seed) == (spec.split.by, spec.split.seed)
    assert (task.now, task.locked_schema) == (NOW, DIGEST)


@pytest.mark.parametrize(("_", "job"), TRAINING_JOBS, ids=names(TRAINING_JOBS))
def test_a_train_document_is_read(_: Any, job: TrainingJob) -> None:
    """Every declared TrainingJob becomes a task that means the same on the other side."""
    run = a_run(champion=OTHER_DIGEST)
    task = read_train_task(json.dumps(train_document(job, run)))
    spec = job.spec
    assert (task.run, task.dataset.digest, task.seed) == (run.name, DIGEST, spec.seed)
    assert task.champion is not None
    assert task.champion.digest == OTHER_DIGEST
    assert (task.candidate, task.recipe.trust) == (None, spec.trust)
    if spec.estimator is not None:
        assert task.recipe.estimator is not None
        assert task.recipe.estimator.class_ == spec.estimator.class_
        assert task.recipe.estimator.parameters == spec.estimator.parameters
    if spec.import_ is not None:
        assert task.recipe.import_ is not None
        assert task.recipe.import_.digest == spec.import_.digest


def test_an_evaluate_document_is_read() -> None:
    """The candidate is the version's own bundle, the champion the one to compare with."""
    task = read_train_task(json.dumps(evaluate_document(VERSION, EVALUATE)))
    assert task.candidate is not None
    assert task.champion is not None
    assert task.candidate.digest == VERSION.spec.bundle_digest
    assert task.champion.digest == OTHER_DIGEST


@pytest.mark.parametrize("job", JOBS)
def test_every_container_is_started_with_a_verb_and_what_it_needs(job: dict[str, Any]) -> None:
    """The verb exists, its task is in the environment, and only recorded verbs have a result."""
    for container in containers(job):
        (name,) = container["args"]
        verb = VERBS[name]
        given = environment(container)
        if verb.read_task is not None:
            verb.read_task(given["TRAINYARD_TASK"])
        found = read_environment(given)
        assert bool(found.result) == (verb.recorded or name == "report")
        assert bool(found.store_url) == (name not in ("train", "predict"))


@pytest.mark.parametrize("job", JOBS)
def test_user_code_sees_neither_credentials_nor_answers(job: dict[str, Any]) -> None:
    """`train` and `predict` have no store, no secret, and no mount of the answers."""
    pod = job["spec"]["template"]["spec"]
    for container in pod.get("initContainers", ()):
        if container["name"] in ("train", "predict"):
            text = json.dumps(container)
            assert "secretKeyRef" not in text
            assert "TRAINYARD_STORE" not in text
            mounted = {m["name"] for m in container["volumeMounts"]}
            assert mounted.isdisjoint({"answers", "store", "source"})


def test_what_the_image_calls_the_users_fault_is_never_retried() -> None:
    """Both sides draw the line at the same exit codes."""
    ours = {int(reason.exit_code) for reason in Reason}
    users = {code for code in ours if 10 <= code <= 19}
    assert users <= set(USER_FAULT_CODES)
    assert (ours - users).isdisjoint(USER_FAULT_CODES)
