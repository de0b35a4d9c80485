"""From the objects of the API server to what decisions need to know of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import (
    QuarantineEntry,
    Revision,
    TrafficShare,
)
from trainyard.installation import Installation
from trainyard.model_deployments.decide import Observed
from trainyard.model_deployments.health import is_ready, workload_of
from trainyard.model_deployments.manifests import RECORD
from trainyard.model_deployments.observed import Router, RouterPod
from trainyard.model_deployments.source import Source
from trainyard.model_deployments.traffic.backend import DECISION, QUARANTINE, TRAFFIC
from trainyard.model_deployments.traffic.router import router_name
from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, OWNER_KIND, REVISION, ROLE, is_owned
from trainyard.reconciling.world import RawObject, World

_SHARES = TypeAdapter(tuple[TrafficShare, ...])
_ENTRIES = TypeAdapter(tuple[QuarantineEntry, ...])


@dataclass(frozen=True, slots=True)
class Family:
    """The children of one deployment, as the API server stores them."""

    deployments: Sequence[RawObject] = ()
    services: Sequence[RawObject] = ()
    pods: Sequence[RawObject] = ()
    user_service: RawObject | None = None
    configuration: RawObject | None = None

    def routers(self) -> list[RawObject]:
        """Return the router pods that are not on their way out."""
        return [p for p in self.pods if _label(p, ROLE) == "router" and not _is_going(p)]

    def servers(self, revisions: Iterable[str]) -> list[RawObject]:
        """Return the pods of these revisions that are not on their way out."""
        names = set(revisions)
        return [p for p in self.pods if _label(p, REVISION) in names and not _is_going(p)]

    def addresses(self) -> dict[str, str]:
        """Return the pods' addresses by name."""
        return {
            pod["metadata"]["name"]: (pod.get("status") or {}).get("podIP", "") for pod in self.pods
        }

    def service_address(self) -> str | None:
        """Return the address of the user-facing Service."""
        address = ((self.user_service or {}).get("spec") or {}).get("clusterIP")
        return address if address and address != "None" else None


async def family_of(resource: ModelDeployment, world: World) -> Family:
    """Return the children, by their labels, and of those only what we own."""
    namespace, name = resource.metadata.namespace, resource.metadata.name
    labels = {MANAGED_BY: MANAGER, OWNER_KIND: resource.definition.singular, OWNER: name}
    services = _own(resource, await world.list("Service", namespace, labels))
    maps = _own(resource, await world.list("ConfigMap", namespace, labels))
    return Family(
        deployments=_own(resource, await world.list("Deployment", namespace, labels)),
        services=services,
        pods=await world.list("Pod", namespace, labels),
        user_service=_named(services, name),
        configuration=_named(maps, router_name(resource)),
    )


def observed_from(
    resource: ModelDeployment, installation: Installation, source: Source, family: Family
) -> Observed:
    """Return what the children and the source say, before anything else is asked."""
    deployments = {_label(d, REVISION): d for d in family.deployments if _label(d, REVISION)}
    services = {_label(s, REVISION): s for s in family.services if _label(s, REVISION)}
    workloads = {
        name: workload_of(name, found, family.servers([name]))
        for name, found in deployments.items()
    }
    records = {name: r for name, d in deployments.items() if (r := _record(d)) is not None}
    return Observed(
        installation=installation,
        source=source,
        workloads=workloads,
        records=records,
        services={name: found["metadata"]["uid"] for name, found in services.items()},
        user_service=family.user_service is not None,
        quarantine=_entries(family.user_service),
        service_routed=_selector(family.user_service).get(ROLE) == "router",
        router=_router(resource, family),
    )


def process_identity(pod: Mapping[str, Any]) -> str:
    """Return a name that changes whenever the counters of the pod start again."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    restarts = sum(int(container.get("restartCount", 0)) for container in statuses)
    return f"{pod['metadata']['name']}.{restarts}"


def _router(resource: ModelDeployment, family: Family) -> Router:
    deployment = _named(family.deployments, router_name(resource))
    routed = resource.spec.traffic.mode == "Router"
    carrier = family.configuration if routed else family.user_service
    annotations = _annotations(carrier)
    return Router(
        exists=deployment is not None,
        uid=_uid(deployment),
        decision=_number(annotations.get(DECISION)),
        traffic=_shares(annotations.get(TRAFFIC)),
        replicas=int(deployment["spec"].get("replicas", 1)) if deployment is not None else 0,
        configuration_uid=_uid(family.configuration),
        pods=tuple(_router_pod(pod) for pod in family.routers()),
    )


def _router_pod(pod: RawObject) -> RouterPod:
    metadata = pod["metadata"]
    return RouterPod(
        name=metadata["name"],
        uid=metadata["uid"],
        ready=is_ready(pod),
        told=_number(_annotations(pod).get(DECISION)) or 0,
    )


def _record(deployment: RawObject) -> Revision | None:
    text = _annotations(deployment).get(RECORD)
    try:
        return Revision.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _shares(text: str | None) -> tuple[TrafficShare, ...]:
    try:
        return _SHARES.validate_json(text) if text else ()
    except ValidationError:
        return ()


def _entries(service: RawObject | None) -> tuple[QuarantineEntry, ...]:
    text = _annotations(service).get(QUARANTINE)
    try:
        return _ENTRIES.validate_python(json.loads(text)) if text else ()
    except (ValidationError, ValueError):
        return ()


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _own(resource: ModelDeployment, found: Sequence[RawObject]) -> list[RawObject]:
    return [raw for raw in found if is_owned(raw, resource)]


def _named(found: Sequence[RawObject], name: str) -> RawObject | None:
    return next((raw for raw in found if raw["metadata"]["name"] == name), None)


def _uid(raw: RawObject | None) -> str:
    return str(raw["metadata"]["uid"]) if raw is not None else ""


def _annotations(raw: RawObject | None) -> Mapping[str, str]:
    return ((raw or {}).get("metadata") or {}).get("annotations") or {}


def _label(raw: RawObject, label: str) -> str:
    return str((raw["metadata"].get("labels") or {}).get(label, ""))


def _selector(service: RawObject | None) -> Mapping[str, str]:
    return ((service or {}).get("spec") or {}).get("selector") or {}


def _is_going(raw: RawObject) -> bool:
    return bool(raw["metadata"].get("deletionTimestamp"))
