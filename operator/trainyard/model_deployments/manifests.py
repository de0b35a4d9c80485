"""What the children of one revision look like: its Deployment and its Service."""

from __future__ import annotations

from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.installation import Installation
from trainyard.model_deployments.health import FETCH, SERVER
from trainyard.model_deployments.traffic.backend import (
    GRPC,
    GRPC_PORT,
    SERVING_PORT,
    grpc_service_port,
)
from trainyard.ownership import REVISION, ROLE, child_labels, owner_reference
from trainyard.pod_security import (
    container_resources,
    hardened_container,
    hardened_pod,
    scratch_volume,
)
from trainyard.store_access import store_environment, store_mounts, store_volumes

RECORD = "trainyard.dev/record"
"""Annotation of the Deployment: the revision's record, so that a lost status can be read again."""
BUNDLE_FOLDER = "/trainyard/bundle"
BUNDLE_VOLUME = "bundle"
DRAIN_SECONDS = 8
"""The server answers on for this long after SIGTERM."""
GRACE_SECONDS = 30
FETCH_RESOURCES = {"requests": {"cpu": "50m", "memory": "96Mi"}}


def revision_labels(resource: ModelDeployment, revision: str) -> dict[str, str]:
    """Return the labels of the revision's pods; roles are not among them, as roles change."""
    return child_labels(resource, revision=revision, component="server")


def deployment(
    resource: ModelDeployment,
    revision: Revision,
    replicas: int,
    role: str,
    installation: Installation,
) -> dict[str, Any]:
    """Return the revision's Deployment; it is written once, later only its replicas change."""
    labels = revision_labels(resource, revision.revision)
    metadata = _metadata(resource, revision.revision)
    metadata["labels"] = labels | {ROLE: role}
    metadata["annotations"] = {RECORD: revision.model_dump_json(by_alias=True)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {REVISION: revision.revision}},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {
                    "labels": labels | {"trainyard.dev/scrape": "true"},
                    "annotations": {
                        "prometheus.io/scrape": "true",
                        "prometheus.io/port": str(SERVING_PORT),
                        "prometheus.io/path": "/metrics",
                    },
                },
                "spec": _pod(resource, revision, installation),
            },
        },
    }


def service(resource: ModelDeployment, revision: Revision) -> dict[str, Any]:
    """Return the revision's headless Service, by whose name the router finds its pods."""
    http = {
        "name": "http",
        "port": SERVING_PORT,
        "targetPort": SERVING_PORT,
        "protocol": "TCP",
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(resource, revision.revision),
        "spec": {
            "clusterIP": "None",
            # The router knows by its own checks who is ready; where nobody is, a pod that is slow
            # or on its way out is still better than no address at all.
            "publishNotReadyAddresses": True,
            "selector": {REVISION: revision.revision},
            "ports": [http, grpc_service_port(GRPC_PORT)] if revision.grpc else [http],
        },
    }


def _pod(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> dict[str, Any]:
    return hardened_pod(revision.pod) | {
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "initContainers": [_fetch(resource, revision, installation)],
        "containers": [_server(resource, revision, installation)],
        "volumes": [
            scratch_volume(),
            {"name": BUNDLE_VOLUME, "emptyDir": {}},
            *store_volumes(installation),
        ],
    }


def _fetch(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> dict[str, Any]:
    namespace = resource.metadata.namespace
    return hardened_container(
        {
            "name": FETCH,
            "image": revision.image,
            "imagePullPolicy": installation.image_pull_policy,
            "args": ["fetch"],
            "env": [*store_environment(installation, namespace), *_bundle_environment(revision)],
            "resources": FETCH_RESOURCES,
            "volumeMounts": [
                *store_mounts(installation, read_only=True),
                {"name": BUNDLE_VOLUME, "mountPath": BUNDLE_FOLDER},
            ],
        }
    )


def _server(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/v2/health/ready", "port": SERVING_PORT}, "periodSeconds": 1}
    live = {"httpGet": {"path": "/v2/health/live", "port": SERVING_PORT}, "periodSeconds": 10}
    return hardened_container(
        {
            "name": SERVER,
            "image": revision.image,
            "imagePullPolicy": installation.image_pull_policy,
            "env": [
                *_bundle_environment(revision),
                _variable("TRAINYARD_MODEL_NAME", resource.metadata.name),
                _variable("TRAINYARD_REVISION", revision.revision),
                _variable("TRAINYARD_DRAIN_SECONDS", str(DRAIN_SECONDS)),
                _variable("TRAINYARD_MAX_BATCH_ROWS", str(revision.max_batch_rows)),
                *([_variable("TRAINYARD_GRPC_PORT", str(GRPC_PORT))] if revision.grpc else ()),
            ],
            "ports": _ports(revision),
            "startupProbe": probe | {"failureThreshold": 300},
            "readinessProbe": probe | {"failureThreshold": 3, "timeoutSeconds": 2},
            "livenessProbe": live | {"failureThreshold": 6, "timeoutSeconds": 5},
            "resources": container_resources(revision.pod),
            "volumeMounts": [{"name": BUNDLE_VOLUME, "mountPath": BUNDLE_FOLDER, "readOnly": True}],
        }
    )


def _ports(revision: Revision) -> list[dict[str, Any]]:
    http = {"name": "http", "containerPort": SERVING_PORT, "protocol": "TCP"}
    grpc = {"name": GRPC, "containerPort": GRPC_PORT, "protocol": "TCP"}
    return [http, grpc] if revision.grpc else [http]


def _bundle_environment(revision: Revision) -> list[dict[str, Any]]:
    return [
        _variable("TRAINYARD_BUNDLE_DIGEST", revision.bundle_digest),
        _variable("TRAINYARD_BUNDLE_DIR", BUNDLE_FOLDER),
    ]


def _variable(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value}


def _metadata(resource: ModelDeployment, revision: str) -> dict[str, Any]:
    return {
        "name": revision,
        "namespace": resource.metadata.namespace,
        "labels": revision_labels(resource, revision),
        "ownerReferences": [owner_reference(resource)],
    }
