"""Objects of the training half for tests: what a case is not about has a sensible value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, RunCause
from trainyard.installation import ClaimStore, Installation

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
NAMESPACE = "team"
Raw = dict[str, Any]


def digest(character: str) -> str:
    """Return the digest that repeats one hex character."""
    return f"sha256:{character * 64}"


INPUTS = Inputs(
    digest=digest("1"),
    recipe_digest=digest("e"),
    dataset_digest=digest("d"),
    cause=RunCause(kind="FirstRun"),
    since=NOW,
)
"""What a first run is made of."""


def an_installation(**fields: Any) -> Installation:
    """Return the values from the settings, with a claim as store."""
    values: dict[str, Any] = {
        "operator_namespace": "trainyard-system",
        "id": "default",
        "store": ClaimStore("trainyard-store"),
        "training_image": "trainyard/training:dev",
        "serving_image": "trainyard/serving:dev",
        "router_image": "trainyard/envoy:dev",
    }
    return Installation(**{**values, **fields})


def metadata(name: str, **fields: Any) -> Raw:
    """Return metadata with a uid that is made of the name."""
    return {
        "name": name,
        "namespace": NAMESPACE,
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": "2026-05-04T11:00:00Z",
        **fields,
    }


def _object(kind: str, name: str, spec: Raw, status: Raw | None, meta: Raw | None) -> Raw:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": metadata(name, **(meta or {})),
        "spec": spec,
        "status": status or {},
    }


def raw_dataset(name: str = "tumours", *, status: Raw | None = None, **spec: Any) -> Raw:
    """Return a Dataset as it is stored; `meta` among the fields changes its metadata."""
    meta = spec.pop("meta", None)
    base = {"source": {"configMap": {"name": "files", "path": "*.csv"}}, "target": "diagnosis"}
    return _object("Dataset", name, {**base, **spec}, status, meta)


def a_dataset(name: str = "tumours", *, status: Raw | None = None, **spec: Any) -> Dataset:
    """Return a Dataset."""
    return Dataset.model_validate(raw_dataset(name, status=status, **spec))


def raw_training_job(name: str = "model", *, status: Raw | None = None, **spec: Any) -> Raw:
    """Return a TrainingJob as it is stored."""
    meta = spec.pop("meta", None)
    base = {
        "dataset": {"name": "tumours"},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
    }
    merged = {key: value for key, value in {**base, **spec}.items() if value is not None}
    return _object("TrainingJob", name, merged, status, meta)


def a_training_job(name: str = "model", *, status: Raw | None = None, **spec: Any) -> TrainingJob:
    """Return a TrainingJob; `estimator=None` leaves the estimator out."""
    return TrainingJob.model_validate(raw_training_job(name, status=status, **spec))


def raw_model_version(bundle: str = "b", *, status: Raw | None = None, **spec: Any) -> Raw:
    """Return a ModelVersion of TrainingJob `model`, named by its bundle."""
    meta = spec.pop("meta", None)
    base = {
        "trainingJob": {"name": "model", "uid": "uid-model"},
        "run": "model-0000000000",
        "bundleDigest": digest(bundle),
        "datasetDigest": digest("d"),
        "inputsDigest": digest("1"),
        "recipeDigest": digest("e"),
        "metrics": {"accuracy": "0.9", "rmse": "4"},
    }
    return _object("ModelVersion", f"model-{bundle * 10}", {**base, **spec}, status, meta)


def a_model_version(bundle: str = "b", *, status: Raw | None = None, **spec: Any) -> ModelVersion:
    """Return a ModelVersion of TrainingJob `model`."""
    return ModelVersion.model_validate(raw_model_version(bundle, status=status, **spec))


def judged(accepted: bool, message: str = "") -> Raw:
    """Return the status of a ModelVersion that was judged."""
    status = "True" if accepted else "False"
    reason = "GatesPassed" if accepted else "GateFailed"
    condition = {"type": "Accepted", "status": status, "reason": reason, "message": message}
    return {"conditions": [condition]}


def raw_deployment(name: str = "serving", *, stable: str | None = None, **status: Any) -> Raw:
    """Return a ModelDeployment that follows TrainingJob `model` and serves bundle `stable`."""
    spec = status.pop("spec", {"model": {"trainingJob": {"name": "model"}}})
    if stable is not None:
        status["stable"] = {
            "revision": f"{name}-{stable * 10}",
            "bundleDigest": digest(stable),
            "modelVersion": f"model-{stable * 10}",
        }
    return _object("ModelDeployment", name, spec, status, None)


def a_deployment(
    name: str = "serving", *, stable: str | None = None, **status: Any
) -> ModelDeployment:
    """Return a ModelDeployment that follows TrainingJob `model`."""
    return ModelDeployment.model_validate(raw_deployment(name, stable=stable, **status))


def a_signal(kind: str = "Errors", id_: str = "uid-serving/r1/Errors") -> Raw:
    """Return a signal of a ModelDeployment."""
    return {"id": id_, "kind": kind, "since": "2026-05-04T11:59:00Z", "message": "12 % errors"}


def a_rollout() -> Raw:
    """Return a rollout that is under way."""
    return {
        "id": "r2-7",
        "revision": "r2",
        "phase": "Progressing",
        "startedAt": "2026-05-04T11:50:00Z",
        "stepStartedAt": "2026-05-04T11:50:00Z",
    }


def a_version(character: str = "d", rows: int = 100) -> Raw:
    """Return one version in the status of a Dataset."""
    return {
        "digest": digest(character),
        "name": character * 12,
        "schemaDigest": digest("5"),
        "rows": rows,
        "trainRows": rows * 8 // 10,
        "testRows": rows - rows * 8 // 10,
        "foundAt": "2026-05-04T11:30:00Z",
    }


def dataset_status(character: str = "d", rows: int = 100, **more: Any) -> Raw:
    """Return the status of a Dataset that has this version."""
    version = a_version(character, rows)
    return {"observedGeneration": 1, "current": version, "versions": [version], **more}


def ingest_result(character: str = "d", rows: int = 100) -> Raw:
    """Return the result document of an ingest that accepted the data."""
    return {
        "verb": "ingest",
        "outcome": "Accepted",
        "digest": digest(character),
        "schemaDigest": digest("5"),
        "sourceDigest": digest("c"),
        "rows": rows,
        "trainRows": rows * 8 // 10,
        "testRows": rows - rows * 8 // 10,
        "columns": 3,
        "bytes": 1000,
        "warnings": [],
    }


def refusal(check: str = "Range") -> Raw:
    """Return the result document of an ingest that refused the data."""
    failure = {
        "check": check,
        "column": "radius",
        "count": 2,
        "rows": 100,
        "examples": ["row 17: -3.2", "row 40: -1"],
        "message": "below 0",
    }
    return {"verb": "ingest", "outcome": "Refused", "failures": [failure]}


def train_result(
    bundle: str = "b", dataset: str = "d", *, champion: Raw | None = None, **metrics: str
) -> Raw:
    """Return the result document of a run."""
    return {
        "verb": "train",
        "outcome": "Succeeded",
        "bundle": digest(bundle),
        "dataset": digest(dataset),
        "task": "Classification",
        "metrics": metrics or {"accuracy": "0.9"},
        "champion": champion,
        "serves": "onnx",
        "trainRows": 80,
        "testRows": 20,
        "libraries": {"scikit-learn": "1.9.1"},
    }
