"""Mode Router while a release divides requests: at rest the Service leads to the pods themselves.

    at rest: Service ► pods of the one version          no router
      │ a release that divides requests begins
      ▼
    routers start; Service ► pods of the stable version
      │ every router acts on the decision, and reaches both versions
      ▼
    Service ► routers ► both versions                   now the canary may have a weight
      │ the release ends
      ▼
    Service ► pods of the one version; routers answer those who are still connected
      │ nobody is
      ▼
    at rest

Both ends of each change of the Service answer, so that it does not matter when a node, or a client
with a connection of its own, follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus, TrafficShare
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.samples import GRPC_SUFFIX, SERVER
from trainyard.model_deployments.owned_objects import OwnedObjects, named
from trainyard.model_deployments.traffic.carrier import Carrier
from trainyard.model_deployments.traffic.mode import (
    NOBODY,
    SERVING_PORT,
    CountedAt,
    Routing,
    carrying_service,
    user_service,
)
from trainyard.model_deployments.traffic.router import RouterMode, carrier_in, nudges
from trainyard.model_deployments.traffic.router_manifests import (
    REPLICAS,
    config_map,
    deployment,
    pod_labels,
    router_name,
)
from trainyard.ownership import REVISION, child_labels
from trainyard.reconciling.plan import Action, Apply

_DIVIDING = frozenset({"Canary", "Shadow"})
"""Strategies with a time in which both versions get requests, or copies."""


class ReleasingMode(RouterMode):
    """As RouterMode in a release that divides requests; before and after there is no hop."""

    def needs_routers(self, spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> bool:
        """See TrafficMode."""
        return _needs_routers(spec, status.traffic, status.rollout)

    def read(self, resource: ModelDeployment, owned: OwnedObjects) -> Carrier:
        """See TrafficMode: the ConfigMap carries what divides requests, the Service what does not.

        Where the status is lost it is the newer one of them.
        """
        status = resource.status
        at_service = carrier_in(resource, owned, named(owned.services, resource.metadata.name))
        at_routers = carrier_in(resource, owned, named(owned.config_maps, router_name(resource)))
        if not status.routing_generation:
            return max(at_routers, at_service, key=lambda carrier: carrier.generation or 0)
        if not self.needs_routers(resource.spec, status):
            return at_service
        if at_routers.service_routed:
            return at_routers
        carried = at_routers.service_revision == _alone(status.traffic)
        generation = at_routers.generation if carried else None
        return replace(at_routers, generation=generation, awaits_routers=True)

    def actions(
        self, routing: Routing, carrier: Carrier, installation: Installation
    ) -> tuple[Action, ...]:
        """See TrafficMode; routers that are there act on each decision, on their way out too."""
        owner = routing.owner
        needed = _needs_routers(owner.spec, routing.traffic, routing.rollout)
        found: list[Action] = []
        if needed or carrier.router_uid:
            found.append(Apply(config_map(routing)))
        if needed:
            replicas = carrier.router_replicas or REPLICAS
            found.append(Apply(deployment(owner, installation, replicas)))
        found += _service(routing, carrier, needed=needed)
        return (*found, *nudges(routing, carrier))

    def in_force(self, carrier: Carrier, generation: int) -> bool:
        """See TrafficMode: routers may still be asked by those who are connected."""
        asked = [pod for pod in carrier.pods if pod.ready]
        known = all((pod.reports or 0) >= generation for pod in asked)
        return known and (bool(asked) or not carrier.service_routed)

    def reaches(self, carrier: Carrier, revision: Revision, apart: frozenset[str]) -> bool:
        """See TrafficMode: without routers every ready pod is reached."""
        if carrier.service_routed:
            return super().reaches(carrier, revision, apart)
        return not carrier.awaits_routers

    def counts_at(self, owned: OwnedObjects, arms: tuple[Revision | None, ...]) -> CountedAt:
        """See TrafficMode: two versions are compared at the routers; one alone is counted at its
        servers, whichever way its requests come.
        """
        names = {revision.revision for revision in arms if revision is not None}
        if len(names) > 1:
            return super().counts_at(owned, arms)
        return CountedAt(owned.servers(names), f"{SERVING_PORT}/metrics", SERVER)


def _needs_routers(
    spec: ModelDeploymentSpec, traffic: Sequence[TrafficShare], rollout: RolloutStatus | None
) -> bool:
    """Tell whether requests are divided, or will be in the rollout that is under way."""
    if len(traffic) < 2:
        return False
    if _alone(traffic) is None:
        return True
    divides = spec.rollout.strategy in _DIVIDING or bool(spec.rollout.matches)
    return divides and rollout is not None and not rollout.readiness_only


def _alone(traffic: Sequence[TrafficShare]) -> str | None:
    """Return the revision that gets every request, or None where there is none."""
    if any(share.mirror_percent or share.matches for share in traffic):
        return None
    return next((share.revision for share in traffic if share.weight_percent == 100), None)


def _service(routing: Routing, carrier: Carrier, *, needed: bool) -> list[Action]:
    """Return the Service as it is to be; none: it stays as it is until routers can take over."""
    alone = _alone(routing.traffic)
    if not needed:
        return [_to_pods(routing, alone or NOBODY)]
    if carrier.service_routed:
        return [_to_routers(routing) if carrier.ready else _to_pods(routing, _most(routing))]
    if _routers_take_over(routing, carrier):
        return [_to_routers(routing)]
    if alone is None and carrier.service_exists:
        return []
    return [_to_pods(routing, alone or _most(routing))]


def _to_routers(routing: Routing) -> Action:
    return Apply(user_service(routing, pod_labels(routing.owner), SERVING_PORT))


def _to_pods(routing: Routing, revision: str) -> Action:
    labels = child_labels(routing.owner, component="server")
    return Apply(carrying_service(routing, labels | {REVISION: revision}))


def _most(routing: Routing) -> str:
    """Return who answers where no router can: the version with most of the requests."""
    return max(routing.traffic, key=lambda share: share.weight_percent).revision


def _routers_take_over(routing: Routing, carrier: Carrier) -> bool:
    """Tell whether as many routers as there are to be act on the decision and reach all versions
    of it: one alone would have every request until the next one serves.
    """
    asked = [pod for pod in carrier.pods if pod.ready]
    names = {share.revision for share in routing.traffic}
    wanted = names | {f"{name}{GRPC_SUFFIX}" for name in names & routing.grpc}
    return carrier.all_ready and all(
        (pod.reports or 0) >= routing.generation and wanted <= pod.reaches for pod in asked
    )
