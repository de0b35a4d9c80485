"""What all ways of splitting traffic share."""

from __future__ import annotations

import json

from builders_serving import ServingYard, a_model_deployment, digest

from trainyard.model_deployments.traffic.backend import QUARANTINE, routing_of, user_service


async def test_a_routing_names_every_revision_that_has_pods() -> None:
    """Also those that get no requests any more: their last ones are still under way."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    status = yard.resource.status
    leaving = status.model_copy(update={"leaving": ("tumours-old",)})
    routing = routing_of(yard.resource, leaving)
    assert tuple(sorted((yard.name("a"), yard.name("b"), "tumours-old"))) == routing.revisions
    assert status.traffic == routing.traffic


def test_the_service_users_call_remembers_the_quarantine() -> None:
    """With messages cut, because annotations have a limit."""
    entry = {
        "bundleDigest": digest("b"),
        "revision": "c",
        "since": "2026-01-01T00:00:00Z",
        "reason": "Crashed",
        "message": "x" * 400,
    }
    resource = a_model_deployment(status={"quarantine": [entry]})
    service = user_service(routing_of(resource, resource.status), {"a": "b"})
    kept = json.loads(service["metadata"]["annotations"][QUARANTINE])
    assert [("c", 200)] == [(e["revision"], len(e["message"])) for e in kept]
    assert [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}] == service["spec"][
        "ports"
    ]
