"""How every pod that we render is kept harmless: the `restricted` level, limits, little else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainyard.api.pod_settings import EnvironmentVariable, PodSettings, ResourceAmounts
from trainyard.pod_defaults import EPHEMERAL_STORAGE, PodDefaults, with_defaults

SCRATCH = "/tmp"  # noqa: S108 — an emptyDir of the pod, not the machine's folder
SCRATCH_VOLUME = "tmp"


def hardened_pod(settings: PodSettings, defaults: PodDefaults) -> dict[str, Any]:
    """Return the fields of a pod spec that say who it runs as and where.

    No token is mounted unless the user names a service account.
    """
    ids = {
        "runAsUser": defaults.run_as_user,
        "runAsGroup": defaults.run_as_group,
        "fsGroup": defaults.fs_group,
    }
    spec: dict[str, Any] = {
        "automountServiceAccountToken": bool(settings.service_account_name),
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            **{key: value for key, value in ids.items() if value is not None},
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    return spec | _placement(settings, defaults)


def _placement(settings: PodSettings, defaults: PodDefaults) -> dict[str, Any]:
    secrets = (*defaults.image_pull_secrets, *settings.image_pull_secrets)
    affinity = settings.affinity
    placement = {
        "nodeSelector": dict(settings.node_selector),
        "tolerations": [_toleration(t.to_api()) for t in settings.tolerations],
        "affinity": affinity.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if affinity is not None
        else None,
        "imagePullSecrets": list({secret.name: secret.to_api() for secret in secrets}.values()),
        "serviceAccountName": settings.service_account_name,
        "priorityClassName": settings.priority_class_name,
        "runtimeClassName": settings.runtime_class_name,
    }
    return {key: value for key, value in placement.items() if value}


def _toleration(toleration: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in toleration.items() if value != ""}


def pod_metadata(
    settings: PodSettings,
    labels: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the metadata of a pod template; what the operator says wins over what users say."""
    found = {
        "labels": dict(settings.labels) | dict(labels),
        "annotations": dict(settings.annotations) | dict(annotations or {}),
    }
    return {key: value for key, value in found.items() if value}


def environment(
    given: Iterable[EnvironmentVariable], ours: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the variables of a container without keys: the user's, and ours, which win."""
    taken = {variable["name"] for variable in ours}
    users = {v.name: {"name": v.name, "value": v.value} for v in given if v.name not in taken}
    return [*users.values(), *(dict(variable) for variable in ours)]


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


def resources_of(settings: PodSettings, defaults: PodDefaults) -> ResourceAmounts:
    """Return requests and limits of the pod's containers."""
    return with_defaults(settings.resources, defaults.resources)


def folder_volume(name: str, resources: ResourceAmounts) -> dict[str, Any]:
    """Return a folder of the pod; it may hold what a container of these resources may write."""
    limit = resources.limits.get(EPHEMERAL_STORAGE)
    return {"name": name, "emptyDir": {"sizeLimit": limit} if limit else {}}
