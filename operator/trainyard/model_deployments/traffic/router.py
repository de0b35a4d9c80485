"""Mode Router: an Envoy in front of all revisions, with exact weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.samples import ROUTER, ROUTER_OF_BOTH
from trainyard.model_deployments.owned_objects import (
    OwnedObjects,
    annotations_of,
    label_of,
    named,
    reference,
    seen,
    uid_of,
)
from trainyard.model_deployments.revision.workload import is_ready, workload_of
from trainyard.model_deployments.traffic.carrier import (
    GENERATION,
    Carrier,
    RouterPod,
    generation_in,
    rollout_in,
    traffic_in,
)
from trainyard.model_deployments.traffic.decision import TrafficDecision
from trainyard.model_deployments.traffic.envoy import STATS_PATH, STATS_PORT, cluster_names
from trainyard.model_deployments.traffic.mode import (
    BACKEND,
    SERVING_PORT,
    CountedAt,
    Routing,
    most_asked,
    user_service,
)
from trainyard.model_deployments.traffic.router_manifests import (
    REPLICAS,
    config_map,
    deployment,
    pod_labels,
    router_name,
)
from trainyard.model_deployments.traffic.router_manifests import ROLE as ROUTER_ROLE
from trainyard.objects import RawObject
from trainyard.ownership import REVISION, ROLE
from trainyard.reconciling.plan import Action, Apply, Delete, Patch


class RouterMode:
    """Weights are exact, and the canary has as many pods as the stable revision from its start,
    so that all requests can go to it at once when the stable one dies.
    """

    @property
    def keeps_warm(self) -> bool:
        """See TrafficMode."""
        return True

    def unsupported(self, decision: TrafficDecision, replicas: int) -> str | None:  # noqa: ARG002
        """See TrafficMode: any whole percent is possible."""
        return None

    def canary_pods(self, replicas: int, weight: int) -> int:  # noqa: ARG002
        """See TrafficMode."""
        return replicas

    def read(self, resource: ModelDeployment, owned: OwnedObjects) -> Carrier:
        """See TrafficMode: the ConfigMap carries the decision."""
        return carrier_in(resource, owned, named(owned.config_maps, router_name(resource)))

    def actions(
        self, routing: Routing, carrier: Carrier, installation: Installation
    ) -> tuple[Action, ...]:
        """See TrafficMode; routers are replaced one by one where their pods are to change.

        There are none before there is a version to lead to: the first one is carried by routers
        that start with it, and need not be told.
        """
        owner = routing.owner
        if not routing.traffic and carrier.generation is None:
            return tuple(_service(routing, carrier))
        return (
            Apply(config_map(routing)),
            Apply(deployment(owner, installation, carrier.router_replicas or REPLICAS)),
            *_service(routing, carrier),
            *nudges(routing, carrier),
        )

    def reporters(self, carrier: Carrier) -> tuple[RouterPod, ...]:
        """See TrafficMode."""
        return carrier.pods

    def in_force(self, carrier: Carrier, generation: int) -> bool:
        """See TrafficMode: every router that gets requests reports it."""
        asked = [pod for pod in carrier.pods if pod.ready]
        return bool(asked) and all((pod.reports or 0) >= generation for pod in asked)

    def not_sticky(self) -> str | None:
        """See TrafficMode: it is, by a cookie."""
        return None

    def reaches(self, carrier: Carrier, revision: Revision, apart: frozenset[str]) -> bool:
        """See TrafficMode: every router that gets requests sees a healthy pod of it."""
        asked = [pod for pod in carrier.pods if pod.ready]
        wanted = cluster_names(revision, apart)
        return bool(asked) and all(wanted <= pod.reaches for pod in asked)

    def answers(self, traffic: Sequence[TrafficShare]) -> str:
        """See TrafficMode: requests are divided behind the Service."""
        return most_asked(traffic)

    def counts_at(self, owned: OwnedObjects, arms: tuple[Revision | None, ...]) -> CountedAt:
        """See TrafficMode: at the routers; calls over gRPC where both versions speak it."""
        both = all(r is not None and r.grpc for r in arms)
        return CountedAt(
            pods=owned.pods_with_role(ROUTER_ROLE),
            page=f"{STATS_PORT}{STATS_PATH}",
            family=ROUTER_OF_BOTH if both else ROUTER,
        )

    def needs_routers(self, spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> bool:  # noqa: ARG002
        """See TrafficMode: at all times."""
        return True


def carrier_in(
    resource: ModelDeployment, owned: OwnedObjects, carrying: RawObject | None
) -> Carrier:
    """Return the routing as it stands, with the decision that the object `carrying` it has."""
    annotations = annotations_of(carrying)
    router = named(owned.deployments, router_name(resource))
    routers = owned.pods_with_role(ROUTER_ROLE)
    service = named(owned.services, resource.metadata.name)
    workload = workload_of("", router, routers, main=ROUTER_ROLE)
    return Carrier(
        generation=generation_in(annotations),
        traffic=traffic_in(annotations),
        rollout=rollout_in(annotations),
        service_exists=service is not None,
        service_routed=_selector(service).get(ROLE) == ROUTER_ROLE,
        service_revision=_selector(service).get(REVISION, ""),
        router_uid=uid_of(router),
        router_replicas=int(router["spec"].get("replicas", 1)) if router is not None else 0,
        configuration_uid=uid_of(named(owned.config_maps, router_name(resource))),
        pods=tuple(_router_pod(pod) for pod in routers),
        routers_ready=workload.ready,
        trouble=workload.message,
        leftovers=tuple(seen(raw) for raw in (*(owned.routes or ()), *_backends(owned))),
    )


def _backends(owned: OwnedObjects) -> list[RawObject]:
    return [service for service in owned.services if label_of(service, BACKEND)]


def removals(resource: ModelDeployment, carrier: Carrier) -> Iterator[Action]:
    """Return what removes the routers once no user is connected to them, and then what they read.

    A router that is not ready holds nobody that it could answer.
    """
    name = router_name(resource)
    if any(pod.ready and pod.connections != 0 for pod in carrier.pods):
        return
    if carrier.router_uid:
        yield Delete(reference(resource, "Deployment", name, carrier.router_uid))
    elif carrier.configuration_uid and not carrier.pods:
        yield Delete(reference(resource, "ConfigMap", name, carrier.configuration_uid))


def _service(routing: Routing, carrier: Carrier) -> Iterator[Action]:
    """A Service that works without routers is not led to routers before all of them serve."""
    if carrier.all_ready or carrier.service_routed or not carrier.service_exists:
        yield Apply(user_service(routing, pod_labels(routing.owner), SERVING_PORT))


def nudges(routing: Routing, carrier: Carrier) -> Iterator[Action]:
    """Annotate routers after the configuration is written: kubelet then refreshes it at once.

    It does so by itself when a router starts or becomes ready: only those that serve are behind.
    """
    for pod in carrier.pods:
        known = max(pod.annotated, pod.reports or 0)
        if pod.ready and not routing.applied and known < routing.generation:
            changes = {"metadata": {"annotations": {GENERATION: str(routing.generation)}}}
            yield Patch(reference(routing.owner, "Pod", pod.name, pod.uid), changes)


def _router_pod(pod: RawObject) -> RouterPod:
    metadata = pod["metadata"]
    return RouterPod(
        name=metadata["name"],
        uid=metadata["uid"],
        ready=is_ready(pod),
        annotated=generation_in(annotations_of(pod)) or 0,
    )


def _selector(service: RawObject | None) -> Any:
    return ((service or {}).get("spec") or {}).get("selector") or {}
