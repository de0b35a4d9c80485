"""What Gateways say of an HTTPRoute, as the API server keeps it."""

from __future__ import annotations

from typing import Any

GATEWAY = {"parentRefs": [{"name": "public", "namespace": "ingress"}]}
"""spec.traffic.gateway of tests."""


def answered_before(route: dict[str, Any], before: dict[str, Any] | None) -> None:
    """Give the route that is stored anew its generation, and what was said of it before."""
    metadata = route["metadata"]
    if before is None:
        metadata["generation"] = 1
        return
    changed = before["spec"] != route["spec"]
    metadata["generation"] = before["metadata"]["generation"] + changed
    if "status" in before:
        route["status"] = before["status"]


def answer(route: dict[str, Any], refused: str = "", *, resolved: bool = True) -> None:
    """Have each Gateway of the route take it as it is, or say why not."""
    generation = route["metadata"]["generation"]

    def condition(kind: str, reason: str, *, holds: bool) -> dict[str, Any]:
        found = {"type": kind, "status": str(holds), "reason": reason, "message": "so it is"}
        return found | {"observedGeneration": generation}

    conditions = [
        condition("Accepted", refused or "Accepted", holds=not refused),
        condition("ResolvedRefs", "Resolved" if resolved else "BackendNotFound", holds=resolved),
    ]
    parents = route["spec"]["parentRefs"]
    route["status"] = {
        "parents": [
            {
                "controllerName": "example.org/gateways",
                "parentRef": parent | {"group": "gateway.networking.k8s.io", "kind": "Gateway"},
                "conditions": conditions,
            }
            for parent in parents
        ]
    }
