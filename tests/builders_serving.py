"""ModelDeployments for tests: each builder hides what a case is not about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.installation import ClaimStore, Installation

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NAMESPACE = "team"
NAME = "tumours"

INSTALLATION = Installation(
    operator_namespace="trainyard-system",
    id="default",
    store=ClaimStore("trainyard-store"),
    training_image="trainyard/training:1",
    serving_image="trainyard/serving:1",
    router_image="envoy:1",
)
ROUTERS_ALWAYS: dict[str, Any] = {"traffic": {"router": "Always"}}
"""Of a spec: no release has to bring the routers first."""


def digest(letter: str) -> str:
    """Return a bundle digest that is easy to recognise."""
    return f"sha256:{letter * 64}"


def a_model_deployment(
    status: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> ModelDeployment:
    """Return a deployment that follows TrainingJob `recipe`; `spec` is as in YAML."""
    return ModelDeployment.model_validate(raw_deployment(status, annotations, **spec))


def raw_deployment(
    status: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """Return the same as the API server stores it."""
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {
            "name": NAME,
            "namespace": NAMESPACE,
            "uid": "owner-uid",
            "generation": 1,
            "resourceVersion": "1",
            "annotations": dict(annotations or {}),
        },
        "spec": {"model": {"trainingJob": {"name": "recipe"}}} | spec,
        "status": dict(status or {}),
    }
