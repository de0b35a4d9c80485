"""Decisions about two versions, as routers are told them."""

from __future__ import annotations

from dataclasses import replace

from builders_serving import a_model_deployment

from trainyard.model_deployments.traffic.mode import Routing, routing_of

OLD, NEW = "tumours-000000000a", "tumours-000000000b"


def routing(decision: int = 7, **weights: int) -> Routing:
    """Return a decision with these weights of the stable version and the canary."""
    names = {"stable": OLD, "canary": NEW}
    traffic = [
        {"role": role, "revision": names[role], "weightPercent": weight}
        for role, weight in weights.items()
    ]
    resource = a_model_deployment(status={"routingGeneration": decision, "traffic": traffic})
    return replace(routing_of(resource, resource.status), revisions=(OLD, NEW))
