"""The protocol behind which all ways of carrying out a traffic decision look the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from trainyard.api.v1alpha1 import GROUP
from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    Revision,
)
from trainyard.api.v1alpha1.rollout_status import RolloutStatus, TrafficShare
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.samples import Family
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.model_deployments.revision.identity import kept_revisions
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod, carried_annotations
from trainyard.model_deployments.traffic.decision import TrafficDecision
from trainyard.objects import RawObject
from trainyard.ownership import child_labels, owner_reference
from trainyard.reconciling.plan import Action

SERVICE_PORT = 80
"""Port of the user-facing Service."""
SERVING_PORT = 8080
"""Port on which model servers and routers answer predictions."""
ANSWERS_PORT = 8082
"""Port on which model servers tell the operator what they answered; no Service leads there."""
GRPC_PORT = 9000
"""Port for gRPC, of the user-facing Service as of the model servers."""
GRPC = "grpc"
"""Name of that port; pods without a port of this name get none of its connections."""
QUARANTINE = "trainyard.dev/quarantine"
"""Annotation of the user-facing Service with the quarantine, to survive a lost status."""
BACKEND = f"{GROUP}/backend"
"""Label of a Service that an HTTPRoute leads to: the revision behind it."""
NOBODY = "none"
"""A revision that no pod has: before the first version is ready the Service selects nothing."""
DRAIN_SECONDS = 8
"""Routers and servers answer on for this long after SIGTERM."""
READINESS: Mapping[str, int] = {"periodSeconds": 1, "failureThreshold": 3, "timeoutSeconds": 10}
"""How nodes ask servers and routers whether they are ready. Who says no is believed after three
seconds, who says nothing after thirty: where a machine has no time for its pods they would all be
unready at once, and nodes would refuse connections that are merely answered late otherwise."""
UNROUTED_SECONDS = 10
"""How long a revision without traffic keeps its pods: requests that were sent to it before
every router knew end in this time."""


@dataclass(frozen=True, slots=True)
class Routing:
    """One traffic decision, as it is carried out."""

    owner: ModelDeployment
    generation: int
    traffic: tuple[TrafficShare, ...]
    revisions: tuple[str, ...]
    """Every revision that has pods, with traffic or without."""
    rollout: RolloutStatus | None = None
    """The rollout that decided so."""
    quarantine: tuple[QuarantineEntry, ...] = ()
    grpc: frozenset[str] = frozenset()
    """Those of the revisions that speak gRPC."""
    grpc_is_open: bool = False
    """Whether gRPC calls are answered: the stable revision speaks it."""
    applied: bool = False
    """Whether the decision is in force already."""

    def grpc_traffic(self) -> tuple[TrafficShare, ...]:
        """Return who gets gRPC calls: the same shares, of those that speak it.

        A release that switches gRPC on opens it when it is promoted, so that no version gets all
        calls before it was judged; one that switches it off leaves the calls with the stable one.
        """
        if not self.grpc_is_open:
            return ()
        return tuple(share for share in self.traffic if share.revision in self.grpc)


@dataclass(frozen=True, slots=True)
class CountedAt:
    """Where requests of both versions are counted."""

    pods: Sequence[RawObject]
    page: str
    """Port and path of their metrics."""
    family: Family


class TrafficMode(Protocol):
    """One way of carrying out traffic decisions."""

    @property
    def keeps_warm(self) -> bool:
        """Whether pods can be kept that get no requests."""
        ...

    def unsupported(self, decision: TrafficDecision, replicas: int) -> str | None:
        """Return why this way cannot carry out the decision beside so many stable pods, or None."""
        ...

    def canary_pods(self, replicas: int, weight: int) -> int:
        """Return how many pods the canary has while it gets `weight` percent."""
        ...

    def read(self, resource: ModelDeployment, owned: OwnedObjects) -> Carrier:
        """Return what carries out the routing now."""
        ...

    def actions(
        self, routing: Routing, carrier: Carrier, installation: Installation
    ) -> tuple[Action, ...]:
        """Return what makes this decision be in force; the user-facing Service is among it."""
        ...

    def reporters(self, carrier: Carrier) -> tuple[RouterPod, ...]:
        """Return the pods that can be asked which decision is in force, and whom they reach."""
        ...

    def in_force(self, carrier: Carrier, generation: int) -> bool:
        """Tell whether every request is split by this decision or a newer one."""
        ...

    def not_sticky(self) -> str | None:
        """Return why this way cannot keep users with a version, or None."""
        ...

    def reaches(self, carrier: Carrier, revision: Revision, apart: frozenset[str]) -> bool:
        """Tell whether requests would get to the revision at once; `apart`: the groups among them
        that are counted apart.
        """
        ...

    def answers(self, traffic: Sequence[TrafficShare]) -> str:
        """Return the revision that answers most of what the Service is asked; empty: none does."""
        ...

    def counts_at(self, owned: OwnedObjects, arms: tuple[Revision | None, ...]) -> CountedAt:
        """Return where the requests of these revisions are counted."""
        ...

    def needs_routers(self, spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> bool:
        """Tell whether requests are to pass routers; where not, those that are there go."""
        ...


def most_asked(traffic: Sequence[TrafficShare]) -> str:
    """Return the revision with most of the requests; empty: none has any."""
    asked = [share for share in traffic if share.weight_percent]
    return max(asked, key=lambda share: share.weight_percent).revision if asked else ""


def routing_of(resource: ModelDeployment, status: ModelDeploymentStatus) -> Routing:
    """Return the decision that the status holds."""
    kept = {r.revision: r for r in kept_revisions(status)}
    stable_before_and_now = (status.stable, status.previous)
    # What leaves may still be answering calls, and has no record here. Those that never spoke
    # gRPC are then merely found unhealthy.
    unknown = status.leaving if any(r and r.grpc for r in stable_before_and_now) else ()
    return Routing(
        owner=resource,
        generation=status.routing_generation,
        traffic=status.traffic,
        revisions=tuple(sorted({*kept, *status.leaving})),
        rollout=status.rollout,
        quarantine=status.quarantine,
        grpc=frozenset({name for name, r in kept.items() if r.grpc}.union(unknown)),
        grpc_is_open=status.stable is not None and status.stable.grpc,
        applied=status.routing_applied_at is not None,
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


def carrying_service(routing: Routing, selector: dict[str, str]) -> dict[str, Any]:
    """Return the Service that leads to the pods of versions, and so carries out the decision."""
    service = user_service(routing, selector, GRPC)
    service["metadata"]["annotations"] |= carried_annotations(
        routing.generation, routing.traffic, routing.rollout
    )
    return service


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
