"""Which kinds name and read each other: what the table in `trainyard.controllers` refers to.

Here objects are read as they are stored, on each of their changes, and however ill-formed they
are: whoever is woken reads them again, with types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from trainyard.objects import Name, RawObject
from trainyard.reconciling.controller import Reads
from trainyard.reconciling.references import Named, References

Path = tuple[str, ...]

VIEWS: dict[tuple[str, str], tuple[Path, ...]] = {
    ("TrainingJob", "Dataset"): (
        ("metadata", "generation"),
        ("spec",),
        ("status",),
    ),
    ("Dataset", "TrainingJob"): (
        ("spec", "dataset"),
        ("status", "refreshRequested"),
        ("status", "federation"),
    ),
    ("Dataset", "ConfigMapMetadata"): (("metadata", "resourceVersion"),),
    ("Dataset", "ModelDeployment"): (
        ("metadata", "uid"),
        ("status", "labelJoin", "last"),
        ("status", "labelJoin", "folder"),
    ),
    ("ModelVersion", "TrainingJob"): (
        ("spec",),
        ("status", "inputs"),
    ),
    ("ModelDeployment", "TrainingJob"): (("status", "current"),),
    ("ModelDeployment", "ModelVersion"): (("spec",), ("status", "conditions")),
    ("ModelDeployment", "Dataset"): (("status", "current", "digest"),),
    ("ModelDeployment", "Approval"): (("metadata", "creationTimestamp"), ("spec",)),
    ("TrainingJob", "ModelVersion"): (("metadata", "deletionTimestamp"), ("spec",), ("status",)),
    ("TrainingJob", "ModelDeployment"): (
        ("spec", "model"),
        ("status", "stable"),
        ("status", "canary"),
        ("status", "rollout", "phase"),
        ("status", "previous"),
        ("status", "waiting"),
        ("status", "signals"),
        ("status", "quarantine"),
    ),
    ("BatchPrediction", "ModelDeployment"): (("status", "stable"),),
    ("BatchPrediction", "TrainingJob"): (("status", "current"),),
    ("BatchPrediction", "ModelVersion"): (("spec",), ("status", "conditions")),
    ("ModelVersion", "ModelDeployment"): (
        ("spec", "model"),
        ("status", "stable"),
    ),
}
"""By reader and kind that is read: the parts that are looked at, as the API names them."""


def named_by_dataset(raw: RawObject) -> Iterator[Named]:
    """Yield the ConfigMap or the ModelDeployment that its source reads, and the TrainingJobs that
    may train on it.
    """
    yield from _named("ConfigMapMetadata", _at(raw, "spec", "source", "configMap"))
    captures = _at(raw, "spec", "source", "captures")
    yield from _named("ModelDeployment", _at(captures, "modelDeployment"))
    for coordinator in _items(raw, "spec", "federation", "allowedCoordinators"):
        yield from _named_elsewhere("TrainingJob", coordinator)


def named_by_training_job(raw: RawObject) -> Iterator[Named]:
    """Yield the Dataset, those of participants, and the ModelDeployments of gates and signals."""
    yield from _named("Dataset", _at(raw, "spec", "dataset"))
    for participant in _items(raw, "spec", "federated", "participants"):
        yield from _named_elsewhere("Dataset", _at(participant, "dataset"))
    for gate in _items(raw, "spec", "gates"):
        yield from _named("ModelDeployment", _at(gate, "againstChampion", "modelDeployment"))
    for subscription in _items(raw, "spec", "retrain", "onSignals"):
        yield from _named("ModelDeployment", _at(subscription, "modelDeployment"))


def named_by_model_version(raw: RawObject) -> Iterator[Named]:
    """Yield the TrainingJob that made it."""
    yield from _named("TrainingJob", _at(raw, "spec", "trainingJob"))


def named_by_model_deployment(raw: RawObject) -> Iterator[Named]:
    """Yield what the spec asks for, and the versions that are at work, which may be older."""
    yield from _named("TrainingJob", _at(raw, "spec", "model", "trainingJob"))
    yield from _named("ModelVersion", _at(raw, "spec", "model", "version"))
    yield from _named("Dataset", _at(raw, "spec", "monitoring", "quality", "labels", "dataset"))
    for role in ("stable", "canary", "previous", "waiting"):
        name = _at(raw, "status", role, "modelVersion")
        if isinstance(name, str) and name:
            yield "ModelVersion", name


def named_by_batch_prediction(raw: RawObject) -> Iterator[Named]:
    """Yield what its model follows, or the version that is pinned."""
    yield from _named("ModelDeployment", _at(raw, "spec", "model", "modelDeployment"))
    yield from _named("TrainingJob", _at(raw, "spec", "model", "trainingJob"))
    yield from _named("ModelVersion", _at(raw, "spec", "model", "version"))


def named_by_approval(raw: RawObject) -> Iterator[Named]:
    """Yield the ModelDeployment whose rollout it is about."""
    yield from _named("ModelDeployment", _at(raw, "spec", "modelDeployment"))


def reads_by_name(reader: str, kind: str) -> Reads:
    """Return that the reader reads the objects of `kind` that it names."""

    def readers(references: References, name: Name) -> set[str]:
        return references.referrers(kind, name, by=reader)

    return Reads(kind, readers, _view(reader, kind))


def reads_namers(reader: str, kind: str) -> Reads:
    """Return that the reader reads the objects of `kind` that name it."""

    def readers(references: References, name: Name) -> set[str]:
        return references.named(kind, name, reader)

    return Reads(kind, readers, _view(reader, kind))


def training_job_reads_deployments() -> Reads:
    """Return that a TrainingJob reads who serves its versions, and whom its gates name."""
    return Reads("ModelDeployment", _training_jobs, _view("TrainingJob", "ModelDeployment"))


def model_version_reads_deployments() -> Reads:
    """Return that a ModelVersion reads whatever may be the champion of its TrainingJob."""

    def readers(references: References, name: Name) -> set[str]:
        jobs = _training_jobs(references, name)
        found = (
            references.referrers("TrainingJob", (name[0], job), "ModelVersion") for job in jobs
        )
        return set().union(*found)

    return Reads("ModelDeployment", readers, _view("ModelVersion", "ModelDeployment"))


def _training_jobs(references: References, name: Name) -> set[str]:
    kind = "ModelDeployment"
    followed = references.named(kind, name, "TrainingJob")
    naming = references.referrers(kind, name, by="TrainingJob")
    versions = references.named(kind, name, "ModelVersion")
    makers = (references.named("ModelVersion", (name[0], v), "TrainingJob") for v in versions)
    return followed.union(naming, *makers)


def _view(reader: str, kind: str) -> Callable[[RawObject], object]:
    paths = VIEWS[reader, kind]

    def view(raw: RawObject) -> object:
        return tuple(_at(raw, *path) for path in paths)

    return view


def _named(kind: str, reference: Any) -> Iterator[Named]:
    name = _at(reference, "name")
    if isinstance(name, str) and name:
        yield kind, name


def _named_elsewhere(kind: str, reference: Any) -> Iterator[Named]:
    namespace = _at(reference, "namespace")
    for found, name in _named(kind, reference):
        if isinstance(namespace, str) and namespace:
            yield found, f"{namespace}/{name}"


def _items(raw: Any, *path: str) -> list[Any]:
    found = _at(raw, *path)
    return found if isinstance(found, list) else []


def _at(raw: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(raw, dict):
            return None
        raw = raw.get(key)
    return raw


READ_BY_DATASET = (
    reads_namers("Dataset", "TrainingJob"),
    reads_by_name("Dataset", "TrainingJob"),
    reads_by_name("Dataset", "ConfigMapMetadata"),
    reads_by_name("Dataset", "ModelDeployment"),
)
READ_BY_TRAINING_JOB = (
    reads_by_name("TrainingJob", "Dataset"),
    reads_namers("TrainingJob", "ModelVersion"),
    training_job_reads_deployments(),
)
READ_BY_MODEL_VERSION = (
    reads_by_name("ModelVersion", "TrainingJob"),
    model_version_reads_deployments(),
)
READ_BY_MODEL_DEPLOYMENT = (
    reads_by_name("ModelDeployment", "TrainingJob"),
    reads_by_name("ModelDeployment", "ModelVersion"),
    reads_by_name("ModelDeployment", "Dataset"),
    replace(reads_namers("ModelDeployment", "Approval"), names=named_by_approval),
)
READ_BY_BATCH_PREDICTION = tuple(
    reads_by_name("BatchPrediction", kind)
    for kind in ("ModelDeployment", "TrainingJob", "ModelVersion")
)
