"""The children of one deployment, as the API server stores them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.objects import ObjectRef, RawObject
from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, OWNER_KIND, REVISION, ROLE, is_owned
from trainyard.reconciling.world import World


@dataclass(frozen=True, slots=True)
class OwnedObjects:
    """What the deployment owns, by kind."""

    deployments: Sequence[RawObject] = ()
    services: Sequence[RawObject] = ()
    config_maps: Sequence[RawObject] = ()
    pods: Sequence[RawObject] = ()
    routes: Sequence[RawObject] | None = ()
    """None: the cluster has no HTTPRoutes."""

    def pods_with_role(self, role: str) -> list[RawObject]:
        """Return the pods with this role that are not on their way out."""
        return [p for p in self.pods if label_of(p, ROLE) == role and not _is_going(p)]

    def servers(self, revisions: Iterable[str]) -> list[RawObject]:
        """Return the pods of these revisions that are not on their way out."""
        names = set(revisions)
        return [p for p in self.pods if label_of(p, REVISION) in names and not _is_going(p)]

    def addresses(self) -> dict[str, str]:
        """Return the pods' addresses by name."""
        return {p["metadata"]["name"]: (p.get("status") or {}).get("podIP", "") for p in self.pods}


async def owned_objects_of(resource: ModelDeployment, world: World) -> OwnedObjects:
    """Return the children, by their labels, and of those only what we own."""
    namespace, name = resource.metadata.namespace, resource.metadata.name
    labels = {MANAGED_BY: MANAGER, OWNER_KIND: resource.definition.singular, OWNER: name}

    async def owned(kind: str) -> list[RawObject]:
        found = await world.list(kind, namespace, labels)
        return [raw for raw in found if is_owned(raw, resource)]

    return OwnedObjects(
        deployments=await owned("Deployment"),
        services=await owned("Service"),
        config_maps=await owned("ConfigMap"),
        pods=await world.list("Pod", namespace, labels),
        routes=await owned("HTTPRoute") if world.has("HTTPRoute") else None,
    )


def named(found: Sequence[RawObject], name: str) -> RawObject | None:
    """Return the object with this name, or None."""
    return next((raw for raw in found if raw["metadata"]["name"] == name), None)


def uid_of(raw: RawObject | None) -> str:
    """Return the uid; empty where there is no object."""
    return str(raw["metadata"]["uid"]) if raw is not None else ""


def created_at(raw: RawObject) -> datetime:
    """Return when the API server stored the object first."""
    return datetime.fromisoformat(str(raw["metadata"]["creationTimestamp"]))


def annotations_of(raw: RawObject | None) -> Mapping[str, str]:
    """Return the annotations; none where there is no object."""
    return ((raw or {}).get("metadata") or {}).get("annotations") or {}


def label_of(raw: RawObject, label: str) -> str:
    """Return the label; empty where it is missing."""
    return str((raw["metadata"].get("labels") or {}).get(label, ""))


def reference(resource: ModelDeployment, kind: str, name: str, uid: str) -> ObjectRef:
    """Return the reference to a child that was seen."""
    return ObjectRef(kind, resource.metadata.namespace, name, uid=uid)


def seen(raw: RawObject) -> ObjectRef:
    """Return the reference to this very version of the object."""
    metadata = raw["metadata"]
    return ObjectRef(
        raw["kind"],
        metadata.get("namespace", ""),
        metadata["name"],
        uid=metadata["uid"],
        resource_version=metadata.get("resourceVersion", ""),
    )


def _is_going(raw: RawObject) -> bool:
    return bool(raw["metadata"].get("deletionTimestamp"))
