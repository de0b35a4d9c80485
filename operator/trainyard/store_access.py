"""How a pod reaches the artifact store, and what is outside: environment, volumes, mounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trainyard.installation import ClaimStore, Installation
from trainyard.objects import RawObject

MOUNT_PATH = "/trainyard/store"
VOLUME = "store"
CA_PATH = "/trainyard/ca"
CA_VOLUME = "ca-bundle"
ENDPOINT = "TRAINYARD_STORE_ENDPOINT"
RESULT = "TRAINYARD_RESULT"
"""The variable of a container that stores a result, or reads a stored one: where it lies."""
SECRET = "trainyard-store"  # noqa: S105 — the name of the secret, not a secret
SECRET_KEYS = (("AWS_ACCESS_KEY_ID", "accessKeyId"), ("AWS_SECRET_ACCESS_KEY", "secretAccessKey"))


def store_url(installation: Installation, namespace: str) -> str:
    """Return the address of this installation's and namespace's part, as a pod sees it."""
    store = installation.store
    if isinstance(store, ClaimStore):
        return _joined(f"file://{MOUNT_PATH}", store.path, installation.id, namespace)
    return _joined(f"s3://{store.bucket}", store.prefix, installation.id, namespace)


def store_environment(
    installation: Installation, namespace: str, *, read_only: bool
) -> list[dict[str, Any]]:
    """Return the variables of a container that may read the store, or read and write it.

    Credentials come from the namespace's own optional secret; the operator never reads it. Who
    only reads gets the secret for readers, where the installation has one.
    """
    place = [
        {"name": "TRAINYARD_STORE_URL", "value": store_url(installation, namespace)},
        *_outside(installation),
    ]
    store = installation.store
    if isinstance(store, ClaimStore):
        return place
    secret = store.read_secret if read_only and store.read_secret else SECRET
    return [
        *place,
        {"name": ENDPOINT, "value": store.endpoint},
        {"name": "TRAINYARD_STORE_REGION", "value": store.region},
        *(_from_secret(secret, variable, key) for variable, key in SECRET_KEYS),
    ]


def store_volumes(installation: Installation) -> list[dict[str, Any]]:
    """Return the pod's volumes for the store, a claim or none, and for what is trusted."""
    store, bundle = installation.store, installation.pods.ca_bundle.config_map
    trusted = [{"name": CA_VOLUME, "configMap": {"name": bundle}}] if bundle else []
    if not isinstance(store, ClaimStore):
        return trusted
    return [{"name": VOLUME, "persistentVolumeClaim": {"claimName": store.claim}}, *trusted]


def store_mounts(installation: Installation, *, read_only: bool) -> list[dict[str, Any]]:
    """Return the container's mounts that belong to `store_volumes`."""
    trusted: list[dict[str, Any]] = []
    if installation.pods.ca_bundle.config_map:
        trusted = [{"name": CA_VOLUME, "mountPath": CA_PATH, "readOnly": True}]
    if not isinstance(installation.store, ClaimStore):
        return trusted
    return [{"name": VOLUME, "mountPath": MOUNT_PATH, "readOnly": read_only}, *trusted]


def result_elsewhere(pod: RawObject, installation: Installation, namespace: str) -> str | None:
    """Return the store in which the pod's result lies, when that is not this installation's.

    None: it is, or the pod stores no result. Pods of another installation, or of this one before
    its store was changed, can be told by what they were given.
    """
    for container in pod.get("containers") or ():
        given = {e["name"]: e.get("value") or "" for e in container.get("env") or ()}
        if RESULT in given:
            found = _place(given, pod.get("volumes") or ())
            ours = {
                e["name"]: e.get("value") or ""
                for e in store_environment(installation, namespace, read_only=False)
            }
            return found if found != _place(ours, store_volumes(installation)) else None
    return None


def _place(variables: Mapping[str, str], volumes: Iterable[RawObject]) -> str:
    """A store in words: its address, with the claim or service to which that belongs."""
    mounted = [v.get("persistentVolumeClaim") or {} for v in volumes if v["name"] == VOLUME]
    address = variables.get("TRAINYARD_STORE_URL", "")
    claims = [f"claim {claim.get('claimName', '')}" for claim in mounted]
    within = claims or [variables.get(ENDPOINT, "")]
    return " of ".join(part for part in (address, *within) if part)


def _outside(installation: Installation) -> list[dict[str, Any]]:
    """Return the variables by which every client finds a proxy, and whom to trust."""
    proxy, bundle = installation.pods.proxy, installation.pods.ca_bundle
    found = {
        "HTTP_PROXY": proxy.http_proxy,
        "HTTPS_PROXY": proxy.https_proxy,
        "NO_PROXY": proxy.no_proxy,
        "SSL_CERT_FILE": f"{CA_PATH}/{bundle.key}" if bundle.config_map else "",
    }
    return [{"name": name, "value": value} for name, value in found.items() if value]


def _from_secret(secret: str, variable: str, key: str) -> dict[str, Any]:
    reference = {"name": secret, "key": key, "optional": True}
    return {"name": variable, "valueFrom": {"secretKeyRef": reference}}


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
