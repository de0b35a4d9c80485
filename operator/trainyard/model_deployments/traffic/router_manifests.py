"""What the routers look like: their Deployment and the ConfigMap that they read."""

from __future__ import annotations

from typing import Any

from trainyard.api.pod_settings import PodSettings, ResourceAmounts
from trainyard.api.quantities import number_of
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.rollout import RolloutSpec
from trainyard.installation import Installation
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.carrier import carried_annotations
from trainyard.model_deployments.traffic.envoy_bootstrap import (
    MEMORY_LIMIT,
    Start,
    bootstrap,
    bootstrap_digest,
)
from trainyard.model_deployments.traffic.mode import (
    DRAIN_SECONDS,
    READINESS,
    SERVING_PORT,
    Routing,
)
from trainyard.ownership import child_labels, owner_reference
from trainyard.pod_defaults import EPHEMERAL_STORAGE, amounts, with_defaults
from trainyard.pod_security import (
    SCRATCH_VOLUME,
    folder_volume,
    hardened_container,
    hardened_pod,
)

ROLE = "router"
STARTED_WITH = "trainyard.dev/router-bootstrap"
"""Annotation of the pods: Envoy reads what it starts with once, so a change needs other pods."""
REPLICAS = 2
"""One would be a single point: a node drain would take the service down with it."""
GRACE_SECONDS = 30
RESOURCES = ResourceAmounts(
    requests={"cpu": "50m", "memory": "96Mi", EPHEMERAL_STORAGE: "16Mi"},
    limits={"cpu": "2", "memory": MEMORY_LIMIT, EPHEMERAL_STORAGE: "256Mi"},
)
"""Of each router, where the spec says no others. It has one thread for users, and writes nothing
but its log."""

_POST = (
    "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'POST {path} HTTP/1.1\\r\\nhost: admin\\r\\n"
    "content-length: 0\\r\\nconnection: close\\r\\n\\r\\n' >&3 && cat <&3 >/dev/null; exec 3>&-; "
)


def router_name(resource: ModelDeployment) -> str:
    """Return the name of the router's Deployment and ConfigMap."""
    return f"{resource.metadata.name}-router"


def pod_labels(resource: ModelDeployment) -> dict[str, str]:
    """Return the labels by which the router's pods are found."""
    return child_labels(resource, role=ROLE)


def start_of(resource: ModelDeployment) -> Start:
    """Return what the routers start with."""
    limit = _resources(resource).limits.get("memory", MEMORY_LIMIT)
    return Start(
        memory=int(number_of(limit) or number_of(MEMORY_LIMIT) or 0),
        connection_age=resource.spec.server.max_connection_age_seconds,
        # A new user is assigned by it, and answers to a request and to its copy are paired by it.
        identifies=resource.spec.traffic.sticky is not None or _copies(resource.spec.rollout),
        limit=resource.spec.traffic.limit_per_client,
    )


def _copies(rollout: RolloutSpec) -> bool:
    return rollout.strategy == "Shadow" or any(step.mirror_percent for step in rollout.steps)


def config_map(routing: Routing) -> dict[str, Any]:
    """Return the ConfigMap that the router watches."""
    carried = carried_annotations(routing.generation, routing.traffic, routing.rollout)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(routing.owner) | {"annotations": carried},
        "data": {
            "envoy.json": bootstrap(start_of(routing.owner)),
            "clusters.json": envoy.clusters(routing),
            "routes.json": envoy.routes(routing),
        },
    }


def deployment(
    resource: ModelDeployment, installation: Installation, replicas: int = REPLICAS
) -> dict[str, Any]:
    """Return the router's Deployment."""
    labels = pod_labels(resource)
    started_with = bootstrap_digest(start_of(resource))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(resource),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {
                    "labels": labels | {"trainyard.dev/scrape": "true"},
                    "annotations": _scrape_annotations() | {STARTED_WITH: started_with},
                },
                "spec": _pod(resource, installation),
            },
        },
    }


def _pod(resource: ModelDeployment, installation: Installation) -> dict[str, Any]:
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": pod_labels(resource)},
    }
    settings = PodSettings(
        node_selector=resource.spec.pod.node_selector,
        tolerations=resource.spec.pod.tolerations,
        image_pull_secrets=resource.spec.pod.image_pull_secrets,
        priority_class_name=resource.spec.pod.priority_class_name,
        runtime_class_name=resource.spec.pod.runtime_class_name,
    )
    configuration = {"name": router_name(resource)}
    resources = _resources(resource)
    return hardened_pod(settings, installation.pods) | {
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "topologySpreadConstraints": [spread],
        "containers": [_container(installation, resources)],
        "volumes": [
            folder_volume(SCRATCH_VOLUME, resources),
            {"name": "configuration", "configMap": configuration},
        ],
    }


def _resources(resource: ModelDeployment) -> ResourceAmounts:
    return with_defaults(resource.spec.traffic.resources, RESOURCES)


def _container(installation: Installation, resources: ResourceAmounts) -> dict[str, Any]:
    return hardened_container(
        {
            "name": ROLE,
            "image": installation.router_image,
            "imagePullPolicy": installation.image_pull_policy,
            "command": ["envoy"],
            "args": [
                *("--config-path", f"{envoy.FOLDER}/envoy.json"),
                *("--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"),
            ],
            "ports": [
                {"name": "http", "containerPort": SERVING_PORT, "protocol": "TCP"},
                {"name": "stats", "containerPort": envoy.STATS_PORT, "protocol": "TCP"},
            ],
            "readinessProbe": {
                "httpGet": {"path": envoy.READY_PATH, "port": envoy.STATS_PORT},
                **READINESS,
            },
            "lifecycle": {"preStop": {"exec": {"command": ["bash", "-c", _drain()]}}},
            "resources": amounts(resources),
            "volumeMounts": [
                {"name": "configuration", "mountPath": envoy.FOLDER, "readOnly": True}
            ],
        }
    )


def _drain() -> str:
    """Return the commands that take the router out of service without losing a request.

    bash alone speaks to the loopback admin port: Envoy images have no HTTP client.
    """
    posts = (
        _POST.format(port=envoy.ADMIN_PORT, path=path)
        for path in ("/healthcheck/fail", "/drain_listeners?graceful")
    )
    return "".join(posts) + f"sleep {DRAIN_SECONDS}"


def _scrape_annotations() -> dict[str, str]:
    return {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(envoy.STATS_PORT),
        "prometheus.io/path": envoy.STATS_PATH,
    }


def _metadata(resource: ModelDeployment) -> dict[str, Any]:
    return {
        "name": router_name(resource),
        "namespace": resource.metadata.namespace,
        "labels": pod_labels(resource),
        "ownerReferences": [owner_reference(resource)],
    }
