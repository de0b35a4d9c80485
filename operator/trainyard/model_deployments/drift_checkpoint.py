"""The ConfigMap that keeps the windows of drift for an operator that starts again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.model_deployments.owned_objects import OwnedObjects, named, seen
from trainyard.objects import ObjectRef
from trainyard.ownership import child_labels, owner_reference
from trainyard.reconciling.plan import Action, Apply, Delete

KEY = "windows"


def checkpoint_name(resource: ModelDeployment) -> str:
    """Return the name of the ConfigMap."""
    return f"{resource.metadata.name}-drift"


def checkpoint_in(resource: ModelDeployment, owned: OwnedObjects) -> str:
    """Return what was kept; empty where there is nothing."""
    found = named(owned.config_maps, checkpoint_name(resource))
    return str(((found or {}).get("data") or {}).get(KEY, ""))


def checkpoint_seen(resource: ModelDeployment, owned: OwnedObjects) -> ObjectRef | None:
    """Return the reference to the ConfigMap, or None."""
    found = named(owned.config_maps, checkpoint_name(resource))
    return seen(found) if found is not None else None


def checkpoint_actions(
    resource: ModelDeployment, kept: str, found: ObjectRef | None
) -> Iterator[Action]:
    """Yield what writes the sums of the last look, and removes them where nothing is watched."""
    if resource.spec.monitoring.drift is None:
        yield from (Delete(ref) for ref in (found,) if ref is not None)
    elif kept:
        yield Apply(_config_map(resource, kept))


def _config_map(resource: ModelDeployment, kept: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": checkpoint_name(resource),
            "namespace": resource.metadata.namespace,
            "labels": child_labels(resource),
            "ownerReferences": [owner_reference(resource)],
        },
        "data": {KEY: kept},
    }
