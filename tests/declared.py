"""Objects as people declare them in examples and samples, read by the operator's own models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from cluster_access import ROOT

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import Refresh
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run, RunCause
from trainyard.installation import BucketStore, ClaimStore, Installation

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DIGEST = f"sha256:{'a' * 64}"
OTHER_DIGEST = f"sha256:{'b' * 64}"
FOLDERS = (ROOT / "examples", ROOT / "tests" / "cluster" / "samples" / "good")
MODELS: dict[str, type[Resource]] = {
    "Dataset": Dataset,
    "TrainingJob": TrainingJob,
    "ModelVersion": ModelVersion,
    "ModelDeployment": ModelDeployment,
    "BatchPrediction": BatchPrediction,
}

ResourceT = TypeVar("ResourceT", bound=Resource)


def declared(model: type[ResourceT]) -> list[tuple[Path, ResourceT]]:
    """Return every example and good sample of the kind, as the API server would hand it out.

    Examples that no API server reads, such as pipelines, have no kind.
    """
    paths = sorted(path for folder in FOLDERS for path in folder.rglob("*.yaml"))
    return [
        (path, model.model_validate(served(document)))
        for path in paths
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document.get("kind") == model.definition.kind
    ]


def served(document: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with what the API server adds to metadata."""
    added = {"namespace": "team-a", "uid": "7d1f", "generation": 1, "resourceVersion": "5"}
    return document | {"metadata": document["metadata"] | added}


def a_refresh(**more: Any) -> Refresh:
    """Return a refresh that begins now."""
    fields: dict[str, Any] = {
        "name": "refresh-0123456789",
        "trigger": "spec",
        "spec_digest": DIGEST,
        "queued_at": NOW,
        "phase": "Pending",
    }
    return Refresh(**fields | more)


def a_run(**more: Any) -> Run:
    """Return a run that was just decided on."""
    fields: dict[str, Any] = {
        "name": "run-0123456789",
        "attempt": 0,
        "inputs_digest": DIGEST,
        "recipe_digest": DIGEST,
        "dataset_digest": DIGEST,
        "target": "diagnosis",
        "cause": RunCause(kind="FirstRun"),
        "phase": "Pending",
        "queued_at": NOW,
    }
    return Run(**fields | more)


def an_installation(*, bucket: bool = False) -> Installation:
    """Return an installation with a claim, or with a bucket, as its store."""
    store = BucketStore("models", "team", "http://s3:9000", "eu-1") if bucket else ClaimStore("c")
    return Installation(
        operator_namespace="trainyard-system",
        id="default",
        store=store,
        training_image="trainyard/training:dev",
        serving_image="trainyard/serving:dev",
        router_image="trainyard/envoy:dev",
    )
