"""What does the container look like that stores captured requests, and who reaches it?

The server has no keys of the store, and may be an image of the user's. It hands rows over a Unix
socket to this container of the installation's own image, which has them.
"""

from __future__ import annotations

import json
from typing import Any

from trainyard.api.v1alpha1.capture import CaptureSpec
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.installation import Installation
from trainyard.model_deployments.revision.workload import COLLECTOR
from trainyard.pod_defaults import amounts, with_defaults
from trainyard.pod_security import folder_volume, hardened_container
from trainyard.store_access import store_environment, store_mounts

SOCKET_FOLDER = "/trainyard/capture"
SOCKET_VOLUME = "capture"
SCRATCH = "tmp-collector"
_SOCKET = f"{SOCKET_FOLDER}/collector.sock"


def capture_folder(resource: ModelDeployment) -> str:
    """Return where the captures of all revisions lie, below the namespace's part of the store."""
    return f"captures/{resource.metadata.uid}"


def server_parts(revision: Revision) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the variables and mounts of a server that captures; none where it does not."""
    capture = revision.capture
    if capture is None:
        return [], []
    variables = {
        "TRAINYARD_CAPTURE_SOCKET": _SOCKET,
        "TRAINYARD_CAPTURE_PERCENT": str(capture.sampled_percent),
        "TRAINYARD_CAPTURE_EXCLUDE": json.dumps(list(capture.exclude)),
    }
    mount = {"name": SOCKET_VOLUME, "mountPath": SOCKET_FOLDER, "readOnly": True}
    return _environment(variables), [mount]


def collector_containers(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> list[dict[str, Any]]:
    """Return the collector, where the revision has one; it has the store's keys to write."""
    capture = revision.capture
    if capture is None:
        return []
    variables = {
        "TRAINYARD_CAPTURE_SOCKET": _SOCKET,
        "TRAINYARD_CAPTURE_FOLDER": capture_folder(resource),
        "TRAINYARD_CAPTURE_PERCENT": str(capture.sampled_percent),
        "TRAINYARD_CAPTURE_RETENTION_DAYS": str(capture.retention_days),
        "TRAINYARD_REVISION": revision.revision,
        "TRAINYARD_BUNDLE_DIGEST": revision.bundle_digest,
    }
    pod = {"name": "TRAINYARD_POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    namespace = resource.metadata.namespace
    container = {
        "name": COLLECTOR,
        "image": revision.collector_image or installation.training_image,
        "imagePullPolicy": installation.image_pull_policy,
        "args": ["collect"],
        "env": [
            *store_environment(installation, namespace, read_only=False),
            *_environment(variables),
            pod,
        ],
        "resources": amounts(with_defaults(capture.resources, installation.pods.resources)),
        "volumeMounts": [
            *store_mounts(installation, read_only=False),
            {"name": SOCKET_VOLUME, "mountPath": SOCKET_FOLDER},
        ],
    }
    return [hardened_container(container, scratch=SCRATCH)]


def collector_volumes(
    capture: CaptureSpec | None, installation: Installation
) -> list[dict[str, Any]]:
    """Return the folders that the collector adds to the pod."""
    if capture is None:
        return []
    resources = with_defaults(capture.resources, installation.pods.resources)
    return [folder_volume(name, resources) for name in (SOCKET_VOLUME, SCRATCH)]


def _environment(variables: dict[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in variables.items()]
