"""How a pod reaches the artifact store: its environment, its volume, its mount."""

from __future__ import annotations

from typing import Any

from trainyard.installation import ClaimStore, Installation

MOUNT_PATH = "/trainyard/store"
VOLUME = "store"
SECRET = "trainyard-store"  # noqa: S105 — the name of the secret, not a secret
SECRET_KEYS = (("AWS_ACCESS_KEY_ID", "accessKeyId"), ("AWS_SECRET_ACCESS_KEY", "secretAccessKey"))


def store_url(installation: Installation, namespace: str) -> str:
    """Return the address of this installation's and namespace's part, as a pod sees it."""
    store = installation.store
    if isinstance(store, ClaimStore):
        return _joined(f"file://{MOUNT_PATH}", store.path, installation.id, namespace)
    return _joined(f"s3://{store.bucket}", store.prefix, installation.id, namespace)


def store_environment(installation: Installation, namespace: str) -> list[dict[str, Any]]:
    """Return the variables of a container that may read or write the store.

    Credentials come from the namespace's own optional secret; the operator never reads it.
    """
    place = [{"name": "TRAINYARD_STORE_URL", "value": store_url(installation, namespace)}]
    store = installation.store
    if isinstance(store, ClaimStore):
        return place
    return [
        *place,
        {"name": "TRAINYARD_STORE_ENDPOINT", "value": store.endpoint},
        {"name": "TRAINYARD_STORE_REGION", "value": store.region},
        *(_from_secret(variable, key) for variable, key in SECRET_KEYS),
    ]


def store_volumes(installation: Installation) -> list[dict[str, Any]]:
    """Return the pod's volumes for the store: the claim, or none for a bucket."""
    store = installation.store
    if not isinstance(store, ClaimStore):
        return []
    return [{"name": VOLUME, "persistentVolumeClaim": {"claimName": store.claim}}]


def store_mounts(installation: Installation, *, read_only: bool) -> list[dict[str, Any]]:
    """Return the container's mounts that belong to `store_volumes`."""
    if not isinstance(installation.store, ClaimStore):
        return []
    return [{"name": VOLUME, "mountPath": MOUNT_PATH, "readOnly": read_only}]


def _from_secret(variable: str, key: str) -> dict[str, Any]:
    reference = {"name": SECRET, "key": key, "optional": True}
    return {"name": variable, "valueFrom": {"secretKeyRef": reference}}


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
