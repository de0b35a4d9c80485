"""What the children of one revision look like: its Deployment and its Service."""

from __future__ import annotations

from typing import Any

from trainyard.api.placement import TopologySpreadConstraint
from trainyard.api.pod_settings import ResourceAmounts
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.installation import Installation
from trainyard.model_deployments.collector import (
    collector_containers,
    collector_volumes,
    server_parts,
)
from trainyard.model_deployments.revision.workload import FETCH, SERVER
from trainyard.model_deployments.traffic.mode import (
    ANSWERS_PORT,
    DRAIN_SECONDS,
    GRPC,
    GRPC_PORT,
    READINESS,
    SERVICE_PORT,
    SERVING_PORT,
    grpc_service_port,
)
from trainyard.ownership import REVISION, ROLE, child_labels, owner_reference
from trainyard.pod_defaults import EPHEMERAL_STORAGE, amounts
from trainyard.pod_security import (
    SCRATCH_VOLUME,
    environment,
    folder_volume,
    hardened_container,
    hardened_pod,
    pod_metadata,
    resources_of,
)
from trainyard.store_access import store_environment, store_mounts, store_volumes

RECORD = "trainyard.dev/record"
"""Annotation of the Deployment: the revision's record, so that a lost status can be read again."""
BUNDLE_FOLDER = "/trainyard/bundle"
BUNDLE_VOLUME = "bundle"
GRACE_SECONDS = 30
FETCH_SCRATCH = "tmp-fetch"
"""Not the server's: what a user's image leaves there must not meet the store's keys."""
ORDINARY = ("cpu", "memory", EPHEMERAL_STORAGE)


_SCRAPED = {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": str(SERVING_PORT),
    "prometheus.io/path": "/metrics",
}


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
    metadata = _metadata(resource, revision.revision, revision_labels(resource, revision.revision))
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
                "metadata": pod_metadata(
                    revision.pod, labels | {"trainyard.dev/scrape": "true"}, _SCRAPED
                ),
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
        "metadata": _metadata(
            resource, revision.revision, revision_labels(resource, revision.revision)
        ),
        "spec": {
            "clusterIP": "None",
            # The router knows by its own checks who is ready; where nobody is, a pod that is slow
            # or on its way out is still better than no address at all.
            "publishNotReadyAddresses": True,
            "selector": {REVISION: revision.revision},
            "ports": [http, grpc_service_port(GRPC_PORT)] if revision.grpc else [http],
        },
    }


def preview_name(resource: ModelDeployment) -> str:
    """Return the name of the Service that leads to a new version before it gets requests."""
    return f"{resource.metadata.name}-preview"


def preview_service(resource: ModelDeployment, revision: Revision) -> dict[str, Any]:
    """Return that Service; between releases it leads to the version that serves."""
    http = {"name": "http", "port": SERVICE_PORT, "targetPort": SERVING_PORT, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(resource, preview_name(resource), child_labels(resource)),
        "spec": {
            "selector": {REVISION: revision.revision},
            "ports": [http, grpc_service_port(GRPC_PORT)] if revision.grpc else [http],
        },
    }


def disruption_budget(resource: ModelDeployment) -> dict[str, Any]:
    """Return the budget over all pods of the deployment, whichever version comes and goes.

    One for each revision would come and go with it, and one for the routers beside; pods that
    never became ready may always be evicted.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(resource, resource.metadata.name, child_labels(resource)),
        "spec": {
            "maxUnavailable": resource.spec.disruption_budget.max_unavailable,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": child_labels(resource)},
        },
    }


def _pod(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> dict[str, Any]:
    resources = resources_of(revision.pod, installation.pods)
    spread = [_spread(c, revision) for c in revision.pod.topology_spread_constraints]
    return hardened_pod(revision.pod, installation.pods) | {
        **({"topologySpreadConstraints": spread} if spread else {}),
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "initContainers": [_fetch(resource, revision, installation)],
        "containers": [
            _server(resource, revision, installation),
            *collector_containers(resource, revision, installation),
        ],
        "volumes": [
            folder_volume(SCRATCH_VOLUME, resources),
            folder_volume(FETCH_SCRATCH, resources),
            folder_volume(BUNDLE_VOLUME, resources),
            *collector_volumes(revision.capture, installation),
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
            # It has the store's keys: never an image that the spec names.
            "image": installation.fetch_image(revision.image),
            "imagePullPolicy": installation.image_pull_policy,
            "args": ["fetch"],
            "env": [
                *store_environment(installation, namespace, read_only=True),
                *_bundle_environment(revision),
            ],
            "resources": amounts(_ordinary(resources_of(revision.pod, installation.pods))),
            "volumeMounts": [
                *store_mounts(installation, read_only=True),
                {"name": BUNDLE_VOLUME, "mountPath": BUNDLE_FOLDER},
            ],
        },
        scratch=FETCH_SCRATCH,
    )


def _server(
    resource: ModelDeployment, revision: Revision, installation: Installation
) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/v2/health/ready", "port": SERVING_PORT}, "periodSeconds": 1}
    captured, mounts = server_parts(revision)
    ours = [*_server_environment(resource, revision), *captured]
    live = {"httpGet": {"path": "/v2/health/live", "port": SERVING_PORT}, "periodSeconds": 10}
    return hardened_container(
        {
            "name": SERVER,
            "image": revision.image,
            "imagePullPolicy": installation.image_pull_policy,
            "env": environment(revision.pod.env, ours),
            "ports": _ports(revision),
            "startupProbe": probe | {"failureThreshold": 300},
            "readinessProbe": {**probe, **READINESS},
            "livenessProbe": live | {"failureThreshold": 6, "timeoutSeconds": 5},
            "resources": amounts(resources_of(revision.pod, installation.pods)),
            "volumeMounts": [
                {"name": BUNDLE_VOLUME, "mountPath": BUNDLE_FOLDER, "readOnly": True},
                *mounts,
            ],
        }
    )


def _server_environment(resource: ModelDeployment, revision: Revision) -> list[dict[str, Any]]:
    return [
        *_bundle_environment(revision),
        _variable("TRAINYARD_MODEL_NAME", resource.metadata.name),
        _variable("TRAINYARD_REVISION", revision.revision),
        _variable("TRAINYARD_DRAIN_SECONDS", str(DRAIN_SECONDS)),
        _variable("TRAINYARD_ANSWERS_PORT", str(ANSWERS_PORT)),
        _variable("TRAINYARD_MAX_BATCH_ROWS", str(revision.max_batch_rows)),
        *_connection_age(revision),
        *([_variable("TRAINYARD_GRPC_PORT", str(GRPC_PORT))] if revision.grpc else ()),
        *_explanations(revision),
    ]


def _explanations(revision: Revision) -> list[dict[str, Any]]:
    on = revision.explain
    limits = on and {"ROWS": on.max_rows, "EVALUATIONS": on.max_evaluations}
    told = (limits or {}).items()
    return [_variable(f"TRAINYARD_EXPLAIN_{name}", str(most)) for name, most in told]


def _connection_age(revision: Revision) -> list[dict[str, Any]]:
    """Return what says it; a revision that was made before there was one keeps its pods."""
    seconds = revision.max_connection_age_seconds
    return [_variable("TRAINYARD_MAX_CONNECTION_AGE_SECONDS", str(seconds))] if seconds else []


def _ordinary(resources: ResourceAmounts) -> ResourceAmounts:
    """Return what a container needs that is done before the server begins: no accelerator."""
    return ResourceAmounts(
        requests={
            name: resources.requests[name] for name in ORDINARY if name in resources.requests
        },
        limits={name: resources.limits[name] for name in ORDINARY if name in resources.limits},
    )


def _spread(constraint: TopologySpreadConstraint, revision: Revision) -> dict[str, Any]:
    selector = {"matchLabels": {REVISION: revision.revision}}
    return constraint.to_api() | {"labelSelector": selector}


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


def _metadata(resource: ModelDeployment, name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": resource.metadata.namespace,
        "labels": labels,
        "ownerReferences": [owner_reference(resource)],
    }
