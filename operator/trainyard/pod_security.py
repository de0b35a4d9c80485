"""How every pod that we render is kept harmless: the `restricted` level, and a little more."""

from __future__ import annotations

from typing import Any

from trainyard.api.base import PodSettings

RUN_AS = 65532
"""User and group of our images."""
SCRATCH = "/tmp"  # noqa: S108 — an emptyDir of the pod, not the machine's folder
SCRATCH_VOLUME = "tmp"
MODEST_REQUESTS = {"cpu": "100m", "memory": "256Mi"}
"""Where the user says nothing, so that the scheduler counts the pod at all."""


def hardened_pod(settings: PodSettings) -> dict[str, Any]:
    """Return the fields of a pod spec that say who it runs as and where.

    No token is mounted unless the user names a service account.
    """
    spec: dict[str, Any] = {
        "automountServiceAccountToken": bool(settings.service_account_name),
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": RUN_AS,
            "runAsGroup": RUN_AS,
            "fsGroup": RUN_AS,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    return spec | _placement(settings)


def _placement(settings: PodSettings) -> dict[str, Any]:
    placement = {
        "nodeSelector": dict(settings.node_selector),
        "tolerations": [_toleration(t.to_api()) for t in settings.tolerations],
        "imagePullSecrets": [secret.to_api() for secret in settings.image_pull_secrets],
        "serviceAccountName": settings.service_account_name,
        "priorityClassName": settings.priority_class_name,
    }
    return {key: value for key, value in placement.items() if value}


def _toleration(toleration: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in toleration.items() if value != ""}


def hardened_container(
    container: dict[str, Any], *, scratch: str = SCRATCH_VOLUME
) -> dict[str, Any]:
    """Return the container with a read-only root, no privileges and a scratch folder.

    Containers that do not trust each other need scratch volumes of different names.
    """
    mounts = [*container.get("volumeMounts", ()), {"name": scratch, "mountPath": SCRATCH}]
    return container | {
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "File",
        "volumeMounts": mounts,
    }


def scratch_volume(name: str = SCRATCH_VOLUME) -> dict[str, Any]:
    """Return the pod's volume behind the scratch folder of one container or of all."""
    return {"name": name, "emptyDir": {}}


def container_resources(settings: PodSettings) -> dict[str, Any]:
    """Return requests and limits; modest requests where the user says nothing."""
    requests, limits = dict(settings.resources.requests), dict(settings.resources.limits)
    if not requests and not limits:
        return {"requests": dict(MODEST_REQUESTS)}
    return {key: value for key, value in (("requests", requests), ("limits", limits)) if value}
