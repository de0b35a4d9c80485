"""Which kinds name and read each other."""

from __future__ import annotations

from typing import Any

import pytest
from related import NAMED_BY

from trainyard.api.base import ApiModel, Resource
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.reconciling.references import References
from trainyard.relations import (
    VIEWS,
    Path,
    model_version_reads_deployments,
    reads_by_name,
    reads_namers,
    training_job_reads_deployments,
)

MODELS: dict[str, type[Resource]] = {
    model.definition.kind: model for model in (Dataset, TrainingJob, ModelVersion, ModelDeployment)
}


def training_job(**spec: Any) -> dict[str, Any]:
    """Return what is stored of a TrainingJob."""
    return {"spec": {"dataset": {"name": "tumours"}, **spec}}


def deployment(**status: Any) -> dict[str, Any]:
    """Return what is stored of a ModelDeployment that follows the TrainingJob `job`."""
    return {"spec": {"model": {"trainingJob": {"name": "job"}}}, "status": status}


GATE = {"name": "g", "againstChampion": {"modelDeployment": {"name": "judge"}}}
SIGNAL = {"modelDeployment": {"name": "drifting"}}


@pytest.mark.parametrize(
    ("kind", "raw", "named"),
    [
        pytest.param(
            "Dataset",
            {"spec": {"source": {"configMap": {"name": "files", "path": "*"}}}},
            {("ConfigMapMetadata", "files")},
            id="the ConfigMap that is read",
        ),
        pytest.param("TrainingJob", training_job(), {("Dataset", "tumours")}, id="the data"),
        pytest.param(
            "TrainingJob",
            training_job(gates=[{"name": "a"}, GATE], retrain={"onSignals": [SIGNAL]}),
            {
                ("Dataset", "tumours"),
                ("ModelDeployment", "judge"),
                ("ModelDeployment", "drifting"),
            },
            id="deployments of gates and signals",
        ),
        pytest.param(
            "ModelVersion",
            {"spec": {"trainingJob": {"name": "job"}}},
            {("TrainingJob", "job")},
            id="the maker of a version",
        ),
        pytest.param(
            "ModelDeployment",
            deployment(stable={"modelVersion": "v1"}, canary={"modelVersion": "v2"}, previous=None),
            {("TrainingJob", "job"), ("ModelVersion", "v1"), ("ModelVersion", "v2")},
            id="what is asked for and what serves",
        ),
        pytest.param(
            "ModelDeployment",
            {"spec": {"model": {"version": {"name": "v1"}}}},
            {("ModelVersion", "v1")},
            id="a pinned version",
        ),
    ],
)
def test_an_object_names_others(kind: str, raw: Any, named: set[tuple[str, str]]) -> None:
    """By name, in its own namespace."""
    assert named == set(NAMED_BY[kind](raw))


@pytest.mark.parametrize("kind", NAMED_BY)
@pytest.mark.parametrize("raw", [{}, {"spec": None}, {"spec": {"gates": 1, "model": "x"}}])
def test_what_is_ill_formed_names_nothing(kind: str, raw: Any) -> None:
    """The watch goes on, whatever was stored past the CRD."""
    assert set() == set(NAMED_BY[kind](raw))


@pytest.fixture
def references() -> References:
    """Give a job with two versions, who follows it, who serves an older version, and its judge."""
    made = References(NAMED_BY)
    made.update("TrainingJob", ("ns", "job"), training_job(gates=[GATE]))
    for version in ("v1", "v2"):
        raw = {"spec": {"trainingJob": {"name": "job"}}}
        made.update("ModelVersion", ("ns", version), raw)
    made.update("ModelDeployment", ("ns", "follower"), deployment())
    moved = deployment(stable={"modelVersion": "v1"})
    moved["spec"]["model"]["trainingJob"]["name"] = "next"
    made.update("ModelDeployment", ("ns", "moved"), moved)
    return made


@pytest.mark.parametrize(
    ("deployment", "jobs"),
    [
        pytest.param("follower", {"job"}, id="who follows it"),
        pytest.param("judge", {"job"}, id="whom its gate names"),
        pytest.param("moved", {"job", "next"}, id="who still serves what it made"),
        pytest.param("stranger", set(), id="nobody else"),
    ],
)
def test_a_training_job_reads_deployments(
    references: References, deployment: str, jobs: set[str]
) -> None:
    """Their champions, signals and failures matter to it, and the versions they use are kept."""
    reads = training_job_reads_deployments()
    assert jobs == set(reads.readers(references, ("ns", deployment)))


@pytest.mark.parametrize(
    ("deployment", "versions"),
    [
        pytest.param("follower", {"v1", "v2"}, id="who may be champion"),
        pytest.param("judge", {"v1", "v2"}, id="whom a gate names"),
        pytest.param("stranger", set(), id="nobody else"),
    ],
)
def test_a_model_version_reads_its_champion(
    references: References, deployment: str, versions: set[str]
) -> None:
    """It is judged again when another version serves."""
    reads = model_version_reads_deployments()
    assert versions == set(reads.readers(references, ("ns", deployment)))


def test_the_plain_directions(references: References) -> None:
    """Who names an object reads it, or the other way round."""
    by_name = reads_by_name("ModelVersion", "TrainingJob")
    assert {"v1", "v2"} == set(by_name.readers(references, ("ns", "job")))
    namers = reads_namers("TrainingJob", "ModelVersion")
    assert {"job"} == set(namers.readers(references, ("ns", "v1")))


def test_what_others_do_not_look_at_is_not_in_their_view() -> None:
    """A rollout writes its status with every interval, and wakes nobody but itself."""
    view = training_job_reads_deployments().view
    before, after = deployment(rollout={"step": 1}), deployment(rollout={"step": 2})
    assert view(before) == view(after)
    assert view(before) != view(deployment(stable={"modelVersion": "v1"}))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(k, p, id=f"{r}: {k}.{'.'.join(p)}")
        for (r, k), ps in VIEWS.items()
        for p in ps
        if k in MODELS
    ],
)
def test_a_view_speaks_of_fields_that_exist(kind: str, path: Path) -> None:
    """A renamed field would be a change that wakes nobody."""
    model: Any = MODELS[kind]
    for name in path:
        fields = {f.alias or key: f.annotation for key, f in model.model_fields.items()}
        assert name in fields
        model = next((a for a in _types(fields[name]) if _is_model(a)), None)


def _types(annotation: Any) -> list[Any]:
    return [annotation, *getattr(annotation, "__args__", ())]


def _is_model(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, ApiModel)
