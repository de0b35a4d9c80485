"""How children are named, labelled and tied to their owner."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from trainyard.api.base import Resource
from trainyard.api.v1alpha1 import API_VERSION, GROUP

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "trainyard"
STATUS_WRITER = f"{MANAGER}/"
"""Before the name of the installation: by the whole the API server knows who wrote a status."""
OWNER_KIND = f"{GROUP}/owner-kind"
OWNER = f"{GROUP}/owner"
REVISION = f"{GROUP}/revision"
ROLE = f"{GROUP}/role"
RUN = f"{GROUP}/run"
AUTHOR = f"{GROUP}/author"
"""The annotation of a TrainingJob that names who wrote its recipe, as the API server knows them."""
REQUEST = f"{GROUP}/request"
"""The annotation by which people ask for something: `<verb>@<target>[#token]`."""


def child_name(owner: str, *identity: str) -> str:
    """Return `<owner>-<10 hex>`: the same identity always gives the same name."""
    seen = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    return f"{owner}-{seen[:10]}"


def child_labels(owner: Resource, **more: str) -> dict[str, str]:
    """Return the labels by which the operator finds the child and people can select it."""
    kind = owner.definition.singular
    labels = {
        MANAGED_BY: MANAGER,
        OWNER_KIND: kind,
        OWNER: owner.metadata.name,
        f"{GROUP}/{kind}": owner.metadata.name,
    }
    return labels | {f"{GROUP}/{key}": value for key, value in more.items()}


def owner_reference(owner: Resource) -> dict[str, Any]:
    """Return the reference that makes the child go when its owner goes."""
    return {
        "apiVersion": API_VERSION,
        "kind": owner.definition.kind,
        "name": owner.metadata.name,
        "uid": owner.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }


def is_owned(manifest: Mapping[str, Any], owner: Resource) -> bool:
    """Tell whether the object's controller is this very owner (by uid, never by label)."""
    return controller_uid(manifest) == owner.metadata.uid


def controller_uid(manifest: Mapping[str, Any]) -> str:
    """Return the uid of the object that controls this one; empty when none does."""
    references = manifest.get("metadata", {}).get("ownerReferences") or ()
    return next((str(r["uid"]) for r in references if r.get("controller")), "")
