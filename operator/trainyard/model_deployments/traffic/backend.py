"""The protocol behind which all ways of splitting traffic look the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    TrafficShare,
)
from trainyard.installation import Installation
from trainyard.model_deployments.revisions import kept_revisions
from trainyard.ownership import child_labels, owner_reference
from trainyard.reconciling.plan import Action

SERVICE_PORT = 80
"""Port of the user-facing Service."""
SERVING_PORT = 8080
"""Port on which model servers and routers answer predictions."""
DECISION = "trainyard.dev/decision"
"""Annotation with the number of the traffic decision that an object carries out."""
TRAFFIC = "trainyard.dev/traffic"
"""Annotation with the weights of that decision, so that a lost status can be read again."""
QUARANTINE = "trainyard.dev/quarantine"
"""Annotation of the user-facing Service with the quarantine, for the same reason."""
DRAIN_SECONDS = 10
"""How long a revision without traffic keeps its pods: requests that were sent to it before
every router knew end in this time."""


@dataclass(frozen=True, slots=True)
class Routing:
    """One traffic decision, as it is carried out."""

    owner: ModelDeployment
    decision: int
    traffic: tuple[TrafficShare, ...]
    revisions: tuple[str, ...]
    """Every revision that has pods, with traffic or without."""
    quarantine: tuple[QuarantineEntry, ...] = ()


class TrafficBackend(Protocol):
    """One way of splitting requests between the stable revision and the canary."""

    @property
    def keeps_warm(self) -> bool:
        """Whether pods can be kept that get no requests."""
        ...

    def refused_weight(self, spec: ModelDeploymentSpec) -> str | None:
        """Return why this way cannot do one of the weights of the steps, or None."""
        ...

    def canary_pods(self, replicas: int, weight: int) -> int:
        """Return how many pods the canary has while it gets `weight` percent."""
        ...

    def actions(self, routing: Routing, installation: Installation) -> tuple[Action, ...]:
        """Return what makes this decision be in force; the user-facing Service is among it."""
        ...


def routing_of(resource: ModelDeployment, status: ModelDeploymentStatus) -> Routing:
    """Return the decision that the status holds."""
    kept = {r.revision for r in kept_revisions(status)}
    return Routing(
        owner=resource,
        decision=status.decision,
        traffic=status.traffic,
        revisions=tuple(sorted(kept | set(status.leaving))),
        quarantine=status.quarantine,
    )


def user_service(routing: Routing, selector: dict[str, str]) -> dict[str, Any]:
    """Return the Service that users call, over the pods that `selector` means."""
    owner = routing.owner
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": owner.metadata.name,
            "namespace": owner.metadata.namespace,
            "labels": child_labels(owner),
            "ownerReferences": [owner_reference(owner)],
            "annotations": _annotations(routing),
        },
        "spec": {
            "selector": selector,
            "ports": [
                {
                    "name": "http",
                    "port": SERVICE_PORT,
                    "targetPort": SERVING_PORT,
                    "protocol": "TCP",
                }
            ],
        },
    }


def _annotations(routing: Routing) -> dict[str, str]:
    """Return what the Service remembers; messages are cut, annotations have a limit."""
    entries = [
        entry.model_copy(update={"message": entry.message[:200]}).to_api()
        for entry in routing.quarantine
    ]
    return {QUARANTINE: json.dumps(entries, sort_keys=True)}
