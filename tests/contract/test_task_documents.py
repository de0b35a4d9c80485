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
    a_refresh,
    a_run,
    an_installation,
    declared,
)

from trainer.__main__ import VERBS
from trainer.pod.environment import read_environment
from trainer.pod.exits import Reason
from trainer.tasks.task import (
    read_batch_task,
    read_ingest_task,
    read_join_task,
    read_rehearse_task,
    read_train_task,
)
from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.labels import LabelJoin
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.model_version import EvaluateJob, ModelVersion
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.batch_predictions.manifests import batch_document, batch_job
from trainyard.batch_predictions.model import Found
from trainyard.batch_predictions.triggers import SPEC, new_run
from trainyard.datasets.manifests import ingest_document, ingest_job, report_job_of
from trainyard.jobs.failure import USER_FAULT_CODES
from trainyard.model_deployments.join_job import join_document, join_job, join_report_job
from trainyard.model_deployments.rehearsal_job import rehearsal_job, rehearse_document
from trainyard.model_versions.manifests import (
    evaluate_document,
    evaluate_job,
    evaluate_report_job,
)
from trainyard.training_jobs.manifests import run_job, run_report_job, train_document

DATASETS = declared(Dataset)
TRAINING_JOBS = declared(TrainingJob)
BATCHES = declared(BatchPrediction)
SCORES = Found(OTHER_DIGEST, "tumours-bbbbbbbbbb")
VERSION = declared(ModelVersion)[0][1]
EVALUATE = EvaluateJob(
    name="ev-0123456789", champion=OTHER_DIGEST, phase=TaskPhase.RUNNING, queued_at=NOW
)

DEPLOYMENT = declared(ModelDeployment)[0][1]
REVISIONS = (
    Revision(revision="r1", bundle_digest=OTHER_DIGEST),
    Revision(revision="r2", bundle_digest=DIGEST),
)
REHEARSAL = Rehearsal(
    name="rehearsal-0123456789", phase=TaskPhase.PENDING, queued_at=NOW, dataset_digest=DIGEST
)

LABELLED = ModelDeployment.model_validate(
    {
        "metadata": {"name": "wine", "namespace": "models", "uid": "uid-1"},
        "spec": {
            "model": {"trainingJob": {"name": "wine"}},
            "monitoring": {
                "capture": {},
                "quality": {
                    "labels": {"dataset": {"name": "truth"}, "labelColumn": "y"},
                    "metric": "f1",
                    "min": "0.9",
                },
                "fairness": {"column": "site", "measure": "EqualizedOddsDifference"},
            },
        },
    }
)
JOIN = LabelJoin(
    name="join-0123456789",
    phase=TaskPhase.PENDING,
    queued_at=NOW,
    dataset_digest=DIGEST,
    inputs="i",
    last="join-9876543210",
)


def names(found: list[tuple[Any, Any]]) -> list[str]:
    """Return what the tests are called: the file's path."""
    return [str(path.relative_to(ROOT)) for path, _ in found]


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every kind of Job that the operator makes, with both kinds of stores."""
    for store in (False, True):
        installation = an_installation(bucket=store)
        for path, dataset in DATASETS:
            yield path.stem, ingest_job(dataset, a_refresh(), installation)
            yield path.stem, report_job_of(dataset, a_refresh(), installation)
        for path, training in TRAINING_JOBS:
            run = a_run(champion=OTHER_DIGEST)
            yield path.stem, run_job(training, run, installation)
            yield path.stem, run_report_job(training, run, installation)
        for path, batch in BATCHES:
            run_ = new_run(batch, SPEC, SCORES, NOW)
            yield path.stem, batch_job(batch, run_, installation)
        yield "evaluate", evaluate_job(VERSION, EVALUATE, installation)
        yield "evaluate", evaluate_report_job(VERSION, EVALUATE, installation)
        yield "join", join_job(LABELLED, JOIN, installation)
        yield "join", join_report_job(LABELLED, JOIN, installation)
        yield "rehearse", rehearsal_job(DEPLOYMENT, REHEARSAL, REVISIONS, installation)


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
    refresh = a_refresh(locked_schema=DIGEST)
    task = read_ingest_task(json.dumps(ingest_document(dataset, refresh, an_installation())))
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
    assert task.dataset is not None
    assert (task.run, task.dataset.digest, task.seed) == (run.name, DIGEST, spec.seed)
    assert task.champion is not None
    assert task.champion.digest == OTHER_DIGEST
    assert task.recipe is not None
    assert (task.candidate, task.trust) == (None, spec.trust)
    if spec.estimator is not None:
        assert task.recipe.estimator is not None
        assert task.recipe.estimator.class_ == spec.estimator.class_
        assert task.recipe.estimator.parameters == spec.estimator.parameters
    if spec.import_ is not None:
        assert task.recipe.import_ is not None
        assert task.recipe.import_.digest == spec.import_.digest


@pytest.mark.parametrize(("_", "batch"), BATCHES, ids=names(BATCHES))
def test_a_batch_document_is_read(_: Any, batch: BatchPrediction) -> None:
    """Every declared BatchPrediction becomes a task that means the same on the other side."""
    run = new_run(batch, SPEC, SCORES, NOW)
    task = read_batch_task(json.dumps(batch_document(batch, run)))
    spec = batch.spec
    assert (run.run, OTHER_DIGEST, run.output) == (task.run, task.bundle, task.output)
    assert (spec.parts, spec.output.columns) == (task.parts, task.columns)
    assert (spec.csv.delimiter, spec.csv.null_values) == (task.csv.delimiter, task.csv.null_values)


def test_an_evaluate_document_is_read() -> None:
    """The candidate is the version's own bundle, the champion the one to compare with."""
    task = read_train_task(json.dumps(evaluate_document(VERSION, EVALUATE)))
    assert task.recipe is None
    assert task.candidate is not None
    assert task.champion is not None
    assert task.candidate.digest == VERSION.spec.bundle_digest
    assert task.champion.digest == OTHER_DIGEST


def test_a_rehearse_document_is_read() -> None:
    """Both revisions by the name and port of their Service, the stable one with its bundle."""
    task = read_rehearse_task(json.dumps(rehearse_document(DEPLOYMENT, REHEARSAL, *REVISIONS)))
    assert (DIGEST, OTHER_DIGEST) == (task.dataset.digest, task.stable.digest)
    place = f"{DEPLOYMENT.metadata.namespace}.svc:8080"
    assert f"r1.{place}" == f"{task.stable.host}:{task.stable.port}"
    assert f"r2.{place}" == f"{task.canary.host}:{task.canary.port}"
    assert DEPLOYMENT.metadata.name == task.model


def test_a_join_document_is_read() -> None:
    """Where captures are, which version of which labels, and what is measured."""
    task = read_join_task(json.dumps(join_document(LABELLED, JOIN)))
    assert ("captures/uid-1", "labelled/uid-1", "join-9876543210") == (
        task.captures,
        task.folder,
        task.previous,
    )
    assert (DIGEST, "request_id", "y") == (
        task.labels.dataset.digest,
        task.labels.request_id_column,
        task.labels.label_column,
    )
    assert task.fairness is not None
    assert ("f1", "EqualizedOddsDifference", NOW) == (task.metric, task.fairness.measure, task.now)


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
        assert bool(found.result) == (verb.recorded or name in ("report", "stage-out"))
        assert bool(found.store_url) == (name not in ("train", "predict", "score"))


@pytest.mark.parametrize("job", JOBS)
def test_user_code_sees_neither_credentials_nor_answers(job: dict[str, Any]) -> None:
    """`train`, `predict` and `score` have no store, no secret, and no mount of the answers."""
    pod = job["spec"]["template"]["spec"]
    for container in pod.get("initContainers", ()):
        if container["name"] in ("train", "predict", "score"):
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
