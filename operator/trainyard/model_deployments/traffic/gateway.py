"""Mode Gateway: an HTTPRoute of ours splits the requests that come through Gateways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.api.v1alpha1.traffic import GatewaySpec
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.samples import SERVER
from trainyard.model_deployments.owned_objects import (
    OwnedObjects,
    created_at,
    label_of,
    named,
    seen,
)
from trainyard.model_deployments.revision.identity import kept_revisions
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.decision import TrafficDecision
from trainyard.model_deployments.traffic.http_route import (
    answer_of,
    backend,
    backends_of,
    http_route,
)
from trainyard.model_deployments.traffic.mode import (
    BACKEND,
    GRPC,
    NOBODY,
    SERVING_PORT,
    CountedAt,
    Routing,
    user_service,
)
from trainyard.model_deployments.traffic.router import carrier_in
from trainyard.objects import RawObject
from trainyard.ownership import REVISION, child_labels
from trainyard.reconciling.plan import Action, Apply

SEEN_WITHIN = timedelta(seconds=30)
"""How long a controller of Gateways may not know a Service that was just made: it hears of routes
and of Services by two watches."""
_NO_ROUTER = "traffic.mode Router can do this; with Gateway"
_NO_API = (
    "the cluster has no HTTPRoute (gateway.networking.k8s.io/v1): install the Gateway API and a"
    " Gateway, or use traffic.mode Router"
)


class GatewayMode:
    """Weights are exact for what comes through the Gateways; who calls the Service inside the
    cluster gets the stable version.
    """

    @property
    def keeps_warm(self) -> bool:
        """See TrafficMode: a backend without weight gets no requests."""
        return True

    def unsupported(self, decision: TrafficDecision, replicas: int) -> str | None:  # noqa: ARG002
        """See TrafficMode: what servers count themselves tells no copies and no groups apart."""
        if decision.mirror_percent:
            return f"{_NO_ROUTER} no request is copied (mirrorPercent)"
        if decision.matches:
            return f"{_NO_ROUTER} no header or cookie is looked at (matches)"
        return None

    def canary_pods(self, replicas: int, weight: int) -> int:  # noqa: ARG002
        """See TrafficMode."""
        return replicas

    def read(self, resource: ModelDeployment, owned: OwnedObjects) -> Carrier:
        """See TrafficMode: the route carries the decision, and shows what Gateways say of it."""
        route = named(owned.routes or (), resource.metadata.name)
        status = resource.status
        needed = {*status.leaving, *(r.revision for r in kept_revisions(status))}
        unused = [s for s in owned.services if label_of(s, BACKEND) not in {"", *needed}]
        carrier = replace(
            carrier_in(resource, owned, route),
            told=True,
            leftovers=tuple(seen(service) for service in unused),
        )
        if owned.routes is None:
            return replace(carrier, refused=_NO_API)
        if route is None:
            return carrier
        answer = answer_of(route, _gateway(resource.spec))
        return replace(
            carrier,
            accepted=answer.accepted,
            refused=answer.refused,
            doubted_until=_seen_by(route, owned) if answer.only_missing else None,
        )

    def actions(
        self,
        routing: Routing,
        carrier: Carrier,
        installation: Installation,  # noqa: ARG002
    ) -> tuple[Action, ...]:
        """See TrafficMode; a route leads to nothing that is not there."""
        owner = routing.owner
        labels = child_labels(owner, component="server") | {
            REVISION: self.answers(routing.traffic) or NOBODY
        }
        found = [Apply(user_service(routing, labels, GRPC))]
        found += [Apply(backend(owner, revision)) for revision in routing.revisions]
        if routing.traffic and carrier.refused != _NO_API:
            found.append(Apply(http_route(routing, _gateway(owner.spec))))
        return tuple(found)

    def reporters(self, carrier: Carrier) -> tuple[RouterPod, ...]:  # noqa: ARG002
        """See TrafficMode: nobody need be asked."""
        return ()

    def in_force(self, carrier: Carrier, generation: int) -> bool:
        """See TrafficMode: when every Gateway took the route."""
        return carrier.generation == generation and carrier.accepted

    def not_sticky(self) -> str | None:
        """See TrafficMode: the standard channel of the Gateway API has no sessions."""
        return f"{_NO_ROUTER} no cookie is looked at"

    def reaches(
        self,
        carrier: Carrier,  # noqa: ARG002
        revision: Revision,  # noqa: ARG002
        apart: frozenset[str],  # noqa: ARG002
    ) -> bool:
        """See TrafficMode: ready pods are endpoints."""
        return True

    def answers(self, traffic: Sequence[TrafficShare]) -> str:
        """See TrafficMode: the stable version while it has requests."""
        return next((share.revision for share in traffic if share.weight_percent), "")

    def counts_at(self, owned: OwnedObjects, arms: tuple[Revision | None, ...]) -> CountedAt:
        """See TrafficMode: at the servers themselves."""
        names = [r.revision for r in arms if r is not None]
        return CountedAt(owned.servers(names), f"{SERVING_PORT}/metrics", SERVER)

    def needs_routers(self, spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> bool:  # noqa: ARG002
        """See TrafficMode: never."""
        return False


def _seen_by(route: RawObject, owned: OwnedObjects) -> datetime | None:
    """Return when who looks sees every backend; None where one is not there, nobody can then."""
    found = [named(owned.services, name) for name in backends_of(route)]
    made = [created_at(service) for service in found if service is not None]
    return max(made) + SEEN_WITHIN if made and len(made) == len(found) else None


def _gateway(spec: ModelDeploymentSpec) -> GatewaySpec:
    """Return what the API demands of this mode; none of it where an old object lacks it."""
    return spec.traffic.gateway or GatewaySpec(parent_refs=())
