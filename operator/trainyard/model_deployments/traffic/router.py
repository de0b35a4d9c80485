"""Mode Router: an Envoy in front of all revisions, with exact weights."""

from __future__ import annotations

import json
from typing import Any

from trainyard.api.base import PodSettings
from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.installation import Installation
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.backend import (
    DECISION,
    SERVING_PORT,
    TRAFFIC,
    Routing,
    user_service,
)
from trainyard.ownership import child_labels, owner_reference
from trainyard.pod_security import hardened_container, hardened_pod, scratch_volume
from trainyard.reconciling.plan import Action, Apply, Create

ROLE = "router"
REPLICAS = 2
"""One would be a single point: a node drain would take the service down with it."""
DRAIN_SECONDS = 8
GRACE_SECONDS = 30
RESOURCES = {
    "requests": {"cpu": "50m", "memory": "96Mi"},
    "limits": {"memory": "256Mi"},
}

_POST = (
    "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'POST {path} HTTP/1.1\\r\\nhost: admin\\r\\n"
    "content-length: 0\\r\\nconnection: close\\r\\n\\r\\n' >&3 && cat <&3 >/dev/null; exec 3>&-; "
)


class RouterBackend:
    """Weights are exact, and the canary has as many pods as the stable revision from its start,
    so that all requests can go to it at once when the stable one dies.
    """

    @property
    def keeps_warm(self) -> bool:
        """See TrafficBackend."""
        return True

    def refused_weight(self, spec: ModelDeploymentSpec) -> str | None:  # noqa: ARG002
        """See TrafficBackend: any whole percent is possible."""
        return None

    def canary_pods(self, replicas: int, weight: int) -> int:  # noqa: ARG002
        """See TrafficBackend."""
        return replicas

    def actions(self, routing: Routing, installation: Installation) -> tuple[Action, ...]:
        """See TrafficBackend; the Deployment is made once, so an upgrade restarts nothing."""
        selector = pod_labels(routing.owner)
        return (
            Apply(config_map(routing)),
            Create(deployment(routing.owner, installation)),
            Apply(user_service(routing, selector, SERVING_PORT)),
        )


def router_name(resource: ModelDeployment) -> str:
    """Return the name of the router's Deployment and ConfigMap."""
    return f"{resource.metadata.name}-router"


def pod_labels(resource: ModelDeployment) -> dict[str, str]:
    """Return the labels by which the router's pods are found."""
    return child_labels(resource, role=ROLE)


def config_map(routing: Routing) -> dict[str, Any]:
    """Return the ConfigMap that the router watches."""
    shares = [share.to_api() for share in routing.traffic]
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(routing.owner)
        | {
            "annotations": {
                DECISION: str(routing.decision),
                TRAFFIC: json.dumps(shares, sort_keys=True),
            }
        },
        "data": {
            "envoy.json": envoy.bootstrap(),
            "clusters.json": envoy.clusters(routing),
            "routes.json": envoy.routes(routing),
        },
    }


def deployment(resource: ModelDeployment, installation: Installation) -> dict[str, Any]:
    """Return the router's Deployment, as it is when the router is made."""
    labels = pod_labels(resource)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(resource),
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": labels},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {
                    "labels": labels | {"trainyard.dev/scrape": "true"},
                    "annotations": _scrape_annotations(),
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
    )
    configuration = {"name": router_name(resource)}
    return hardened_pod(settings) | {
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "topologySpreadConstraints": [spread],
        "containers": [_container(installation)],
        "volumes": [scratch_volume(), {"name": "configuration", "configMap": configuration}],
    }


def _container(installation: Installation) -> dict[str, Any]:
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
                "periodSeconds": 1,
                "failureThreshold": 2,
            },
            "lifecycle": {"preStop": {"exec": {"command": ["bash", "-c", _drain()]}}},
            "resources": RESOURCES,
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
