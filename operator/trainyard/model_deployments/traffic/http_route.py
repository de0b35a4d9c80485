"""The HTTPRoute by which Gateways split requests, what it leads to, and what Gateways say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.traffic import GatewaySpec, ParentGateway
from trainyard.conditions import shorten
from trainyard.model_deployments.traffic.carrier import carried_annotations
from trainyard.model_deployments.traffic.mode import SERVICE_PORT, SERVING_PORT, Routing
from trainyard.objects import RawObject
from trainyard.ownership import REVISION, child_labels, owner_reference

KIND = "HTTPRoute"
API_VERSION = "gateway.networking.k8s.io/v1"
_WORDS = 300
_MISSING = "BackendNotFound"
_MOST_ANSWERS = 32
"""The API server stores no more of a route."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Gateways say of the route as it is stored."""

    accepted: bool
    """Every one takes it."""
    refused: str = ""
    """Who does not, and why; empty: nobody said no."""
    only_missing: bool = False
    """Whether all that is said against it is that a backend is not there."""


def http_route(routing: Routing, gateway: GatewaySpec) -> dict[str, Any]:
    """Return the route with the decision's weights; without hostnames it is the model's paths."""
    owner = routing.owner
    path = "/" if gateway.hostnames else f"/v2/models/{owner.metadata.name}"
    backends = [
        {
            "name": backend_name(share.revision),
            "port": SERVICE_PORT,
            "weight": share.weight_percent,
        }
        for share in routing.traffic
    ]
    spec: dict[str, Any] = {
        "parentRefs": [parent.to_api() for parent in gateway.parent_refs],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                "backendRefs": backends,
            }
        ],
    }
    if gateway.hostnames:
        spec["hostnames"] = list(gateway.hostnames)
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": owner.metadata.name,
            "namespace": owner.metadata.namespace,
            "labels": child_labels(owner),
            "ownerReferences": [owner_reference(owner)],
            "annotations": carried_annotations(
                routing.generation, routing.traffic, routing.rollout
            ),
        },
        "spec": spec,
    }


def backend_name(revision: str) -> str:
    """Return the name of the Service that a route leads to."""
    return f"{revision}-backend"


def backend(owner: ModelDeployment, revision: str) -> dict[str, Any]:
    """Return the Service over the ready pods of the revision, for Gateways.

    Not the one by which routers find pods: that one has no address of its own, and shows pods that
    are not ready, too.
    """
    http = {"name": "http", "port": SERVICE_PORT, "targetPort": SERVING_PORT, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": backend_name(revision),
            "namespace": owner.metadata.namespace,
            "labels": child_labels(owner, backend=revision),
            "ownerReferences": [owner_reference(owner)],
        },
        "spec": {"selector": {REVISION: revision}, "ports": [http]},
    }


def answer_of(route: RawObject, gateway: GatewaySpec) -> Answer:
    """Return what each Gateway of the spec says of the newest generation of the route."""
    namespace, generation = route["metadata"]["namespace"], route["metadata"].get("generation", 0)
    parents = ((route.get("status") or {}).get("parents") or ())[:_MOST_ANSWERS]
    said = {
        _place(parent.get("parentRef") or {}, namespace): dict(_newest(parent, generation))
        for parent in parents
    }
    answers = [(ref, said.get(_place(ref.to_api(), namespace), {})) for ref in gateway.parent_refs]
    against = [(ref, no) for ref, found in answers if (no := _refusal(found)) is not None]
    return Answer(
        accepted=all(_takes(found) for _, found in answers),
        refused="; ".join(_words(ref, no) for ref, no in against),
        only_missing=bool(against) and all(no.get("reason") == _MISSING for _, no in against),
    )


def backends_of(route: RawObject) -> set[str]:
    """Return the names of the Services that the stored route leads to."""
    rules = (route.get("spec") or {}).get("rules") or ()
    return {str(ref.get("name")) for rule in rules for ref in rule.get("backendRefs") or ()}


def _takes(conditions: Mapping[str, Mapping[str, Any]]) -> bool:
    """A Gateway that does not speak of references found nothing wrong with them."""
    accepted, resolved = conditions.get("Accepted", {}), conditions.get("ResolvedRefs", {})
    return accepted.get("status") == "True" and resolved.get("status", "True") == "True"


def _refusal(conditions: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    found = (conditions.get(kind, {}) for kind in ("Accepted", "ResolvedRefs"))
    return next((condition for condition in found if condition.get("status") == "False"), None)


def _words(ref: ParentGateway, condition: Mapping[str, Any]) -> str:
    why = f"{condition.get('reason', '')}: {condition.get('message', '')}"
    return f"Gateway {ref.name} does not take the HTTPRoute ({shorten(why, _WORDS)})"


def _newest(parent: Mapping[str, Any], generation: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the conditions that speak of this generation; one of an older route says nothing."""
    for condition in parent.get("conditions") or ():
        if condition.get("observedGeneration", generation) >= generation:
            yield str(condition.get("type", "")), condition


def _place(ref: Mapping[str, Any], namespace: str) -> tuple[str, str, str]:
    return ref.get("namespace") or namespace, str(ref.get("name")), ref.get("sectionName") or ""
