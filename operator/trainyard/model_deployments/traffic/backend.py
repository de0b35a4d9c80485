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
GRPC_PORT = 9000
"""Port for gRPC, of the user-facing Service as of the model servers."""
GRPC = "grpc"
"""Name of that port; pods without a port of this name get none of its connections."""
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
    grpc: frozenset[str] = frozenset()
    """Those of the revisions that speak gRPC."""
    grpc_is_open: bool = False
    """Whether gRPC calls are answered: the stable revision speaks it."""

    def grpc_traffic(self) -> tuple[TrafficShare, ...]:
        """Return who gets gRPC calls: the same shares, of those that speak it.

        A release that switches gRPC on opens it when it is promoted, so that no version gets all
        calls before it was judged; one that switches it off leaves the calls with the stable one.
        """
        if not self.grpc_is_open:
            return ()
        return tuple(share for share in self.traffic if share.revision in self.grpc)


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
    kept = {r.revision: r for r in kept_revisions(status)}
    stable_before_and_now = (status.stable, status.previous)
    # What leaves may still be answering calls, and has no record here. Those that never spoke
    # gRPC are then merely found unhealthy.
    unknown = status.leaving if any(r and r.grpc for r in stable_before_and_now) else ()
    return Routing(
        owner=resource,
        decision=status.decision,
        traffic=status.traffic,
        revisions=tuple(sorted({*kept, *status.leaving})),
        quarantine=status.quarantine,
        grpc=frozenset({name for name, r in kept.items() if r.grpc}.union(unknown)),
        grpc_is_open=status.stable is not None and status.stable.grpc,
    )


def user_service(
    routing: Routing, selector: dict[str, str], grpc_target: int | str
) -> dict[str, Any]:
    """Return the Service that users call, over the pods that `selector` means.

    `grpc_target`: the pods' port for gRPC, by number or name.
    """
    owner = routing.owner
    http = {
        "name": "http",
        "port": SERVICE_PORT,
        "targetPort": SERVING_PORT,
        "protocol": "TCP",
    }
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
            "ports": [http, grpc_service_port(grpc_target)] if routing.grpc_is_open else [http],
        },
    }


def grpc_service_port(target: int | str) -> dict[str, Any]:
    """Return the port of a Service for gRPC; meshes and gateways know HTTP/2 without TLS by it."""
    return {
        "name": GRPC,
        "port": GRPC_PORT,
        "targetPort": target,
        "protocol": "TCP",
        "appProtocol": "kubernetes.io/h2c",
    }


def _annotations(routing: Routing) -> dict[str, str]:
    """Return what the Service remembers; messages are cut, annotations have a limit."""
    entries = [
        entry.model_copy(update={"message": entry.message[:200]}).to_api()
        for entry in routing.quarantine
    ]
    return {QUARANTINE: json.dumps(entries, sort_keys=True)}
