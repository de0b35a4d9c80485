"""What the children of a TrainingJob look like."""

from __future__ import annotations

import json
from typing import Any

from builders_training import NOW, Raw, a_training_job, an_installation, digest
from golden_files import assert_golden

from trainyard.api.v1alpha1.training_job_status import Run, RunCause
from trainyard.training_jobs.manifests import run_job, run_report_job, train_document


def _run(**fields: Any) -> Run:
    values: dict[str, Any] = {
        "name": "model-0123456789",
        "attempt": 0,
        "inputs_digest": digest("1"),
        "recipe_digest": digest("e"),
        "dataset_digest": digest("d"),
        "target": "diagnosis",
        "cause": RunCause(kind="FirstRun"),
        "phase": "Pending",
        "queued_at": NOW,
    }
    return Run(**{**values, **fields})


def _containers(job: Raw) -> dict[str, Raw]:
    spec = job["spec"]["template"]["spec"]
    return {c["name"]: c for c in [*spec["initContainers"], *spec["containers"]]}


def _mounted(container: Raw) -> dict[str, str]:
    return {
        mount["mountPath"].removeprefix("/trainyard/"): "ro" if mount.get("readOnly") else "rw"
        for mount in container["volumeMounts"]
        if mount["mountPath"] != "/tmp"  # noqa: S108 — a path inside the pod
    }


def test_the_job_of_a_run() -> None:
    """The whole manifest as it is created."""
    assert_golden(__file__, "run_job", run_job(a_training_job(), _run(), an_installation()))


def test_user_code_sees_neither_credentials_nor_answers() -> None:
    """Mounts are those of the contract, and only fetch and publish know the store."""
    found = _containers(run_job(a_training_job(), _run(), an_installation()))
    expected = {
        "fetch": {
            "data": "rw",
            "questions": "rw",
            "answers": "rw",
            "champion": "rw",
            "output": "rw",
            "store": "ro",
        },
        "train": {"output": "rw", "data": "ro"},
        "predict": {
            "predictions": "rw",
            "output": "ro",
            "questions": "ro",
            "data": "ro",
            "champion": "ro",
        },
        "publish": {
            "answers": "ro",
            "questions": "ro",
            "data": "ro",
            "output": "ro",
            "predictions": "ro",
            "store": "rw",
        },
    }
    assert expected == {name: _mounted(container) for name, container in found.items()}
    knowing = {
        name
        for name, container in found.items()
        if any(v["name"] == "TRAINYARD_STORE_URL" for v in container["env"])
    }
    assert knowing == {"fetch", "publish"}


def test_the_task_of_a_run() -> None:
    """Estimator, data, champion and whether gates need one."""
    gates = [{"name": "g", "metric": "accuracy", "againstChampion": {}}]
    estimator = {"class": "sklearn.svm.SVC", "parameters": {"C": {"$float": "1.0"}}}
    job = a_training_job(estimator=estimator, gates=gates, seed=7)
    expected = {
        "version": 1,
        "run": "model-0123456789",
        "dataset": {"digest": digest("d")},
        "target": "diagnosis",
        "recipe": {
            "trust": None,
            "estimator": {
                "class": "sklearn.svm.SVC",
                "parameters": {"C": {"$float": "1.0"}},
                "preprocessing": {"mode": "Auto"},
            },
        },
        "recipeDigest": digest("e"),
        "seed": 7,
        "champion": {"digest": digest("c")},
        "candidate": None,
        "gatesNeedChampion": True,
    }
    assert expected == train_document(job, _run(champion=digest("c")))


def test_a_users_container_gets_its_words_and_nothing_of_ours() -> None:
    """Command, arguments, variables and parameters; no task, no store."""
    container = {
        "image": "team/trainer@sha256:1",
        "command": ["python", "fit.py"],
        "args": ["--fast"],
        "env": [{"name": "DEPTH", "value": "3"}],
    }
    job = a_training_job(estimator=None, container=container, seed=5)
    train = _containers(run_job(job, _run(), an_installation()))["train"]
    assert (train["image"], train["command"], train["args"]) == (
        "team/trainer@sha256:1",
        ["python", "fit.py"],
        ["--fast"],
    )
    assert {v["name"]: v["value"] for v in train["env"]} == {
        "TRAINYARD_DATA": "/trainyard/data",
        "TRAINYARD_OUTPUT": "/trainyard/output",
        "TRAINYARD_PARAMETERS": '{"DEPTH": "3"}',
        "TRAINYARD_PARAMETER_DEPTH": "3",
        "TRAINYARD_SEED": "5",
        "TRAINYARD_RUN": "model-0123456789",
        "TRAINYARD_TARGET": "diagnosis",
        "DEPTH": "3",
    }


def test_an_imported_model_is_fetched_and_not_trained() -> None:
    """The pod has no container `train`; fetch gets the source."""
    imported: Raw = {
        "import": {
            "source": {"pvc": {"claimName": "models", "path": "m.onnx"}},
            "format": "Onnx",
            "digest": digest("7"),
        }
    }
    job = a_training_job(estimator=None, **imported)
    found = _containers(run_job(job, _run(), an_installation()))
    assert list(found) == ["fetch", "predict", "publish"]
    assert _mounted(found["fetch"])["source"] == "ro"
    assert "source" not in _mounted(found["predict"])
    task = json.loads(found["fetch"]["env"][0]["value"])
    assert task["recipe"]["import"]["source"]["path"] == "m.onnx"


def test_the_report_job_reads_the_runs_result() -> None:
    """Under the owner's uid and the run's name, not its own."""
    job = run_report_job(a_training_job(), _run(), an_installation())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    environment = {v["name"]: v["value"] for v in container["env"]}
    assert environment["TRAINYARD_RESULT"] == "runs/uid-model/model-0123456789/result.json"
