"""Envoy Gateway on the cluster under test, installed by its own chart, and a Gateway of it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cluster_access import ROOT, kubeconfig, kubectl, run, tool
from go_sources import sources_of
from steady_load import Load

CONTROLLER = "trainyard/envoy-gateway:dev"
PROXY = "trainyard/envoy:dev"
SYSTEM, RELEASE, CLASS = "envoy-gateway-system", "eg", "trainyard-tests"
PATIENCE = "300s"
GROUPS = ("gateway.networking.k8s.io", "gateway.networking.x-k8s.io", "gateway.envoyproxy.io")
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A Gateway in a namespace of a test."""

    namespace: str
    name: str
    address: str
    """Where its proxies listen, of the machine's reach."""

    @property
    def traffic(self) -> Raw:
        """What a ModelDeployment of the namespace says to be asked through it."""
        return {"mode": "Gateway", "gateway": {"parentRefs": [{"name": self.name}]}}

    def load(self, model: str, per_second: float = 40) -> Load:
        """Return a client that asks the model through it."""
        return Load(f"http://{self.address}/v2/models/{model}/infer", per_second)


@contextmanager
def envoy_gateway(folder: Path) -> Iterator[None]:
    """Envoy Gateway takes Gateways of the class; then it is gone, and the kinds that it brought."""
    kinds = gateway_kinds()
    chart = chart_in(folder)
    build_image(folder / "image")
    helm = (tool("helm4"), "--kubeconfig", kubeconfig(), "--namespace", SYSTEM)
    try:
        run(
            *(*helm, "install", RELEASE, str(chart), "--create-namespace"),
            *("--wait", "--timeout", PATIENCE, "--values", "-"),
            stdin=json.dumps(VALUES),
        )
        kubectl("apply", "-f", "-", stdin=json.dumps(gateway_class()))
        yield
    finally:
        kubectl("delete", "gatewayclass", CLASS, "--ignore-not-found", "--wait=false", check=False)
        run(*helm, "uninstall", RELEASE, "--ignore-not-found", "--wait", check=False)
        kubectl("delete", "namespace", SYSTEM, "--ignore-not-found", f"--timeout={PATIENCE}")
        brought = sorted(gateway_kinds() - kinds)
        if brought:
            kubectl("delete", *brought, "--wait=false")


LATE_IS_NOT_DEAD = {"timeoutSeconds": 10, "failureThreshold": 30}
"""Probes on a machine with more pods than processors; a second is asked of theirs."""
PATIENT = dict.fromkeys(("startupProbe", "livenessProbe", "readinessProbe"), LATE_IS_NOT_DEAD)
OF_PROXIES = {
    "containers": [{"name": name, **PATIENT} for name in ("envoy", "shutdown-manager")],
}
VALUES = {
    "global": {"images": {"envoyProxy": {"image": f"docker.io/{PROXY}"}}},
    "deployment": {"envoyGateway": PATIENT},
    # It would ask a webhook about each pod of the cluster that is bound to a node.
    "topologyInjector": {"enabled": False},
    "config": {
        "envoyGateway": {
            "envoyProxy": {
                # Else a proxy that goes holds the namespace for minutes.
                "shutdown": {"drainTimeout": "5s"},
                "provider": {
                    "type": "Kubernetes",
                    "kubernetes": {
                        # There is no load balancer, and the machine reaches addresses of Services.
                        "envoyService": {"type": "ClusterIP"},
                        "envoyDeployment": {
                            "container": {
                                "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}}
                            },
                            "patch": {
                                "type": "StrategicMerge",
                                "value": {"spec": {"template": {"spec": OF_PROXIES}}},
                            },
                        },
                    },
                },
            }
        }
    },
}


def chart_in(folder: Path) -> Path:
    """Return a copy of the chart in which the image is named, as its release does it."""
    chart = folder / "gateway-helm"
    shutil.copytree(
        sources_of("envoy-gateway") / "charts/gateway-helm", chart, copy_function=shutil.copyfile
    )
    for part in (chart, *chart.rglob("*")):
        part.chmod(0o755 if part.is_dir() else 0o644)
    template = (chart / "values.tmpl.yaml").read_text()
    named = {
        "${GatewayImage}": f"docker.io/{CONTROLLER}",
        "${GatewayImagePullPolicy}": "IfNotPresent",
    }
    for placeholder, value in named.items():
        template = template.replace(placeholder, value)
    (chart / "values.yaml").write_text(template)
    return chart


def build_image(context: Path) -> None:
    """Pods can run Envoy Gateway and its Envoy."""
    context.mkdir()
    shutil.copyfile(tool("envoy-gateway"), context / "envoy-gateway")
    (context / "envoy-gateway").chmod(0o755)
    devcluster = (sys.executable, "-m", "devcluster")
    file = str(ROOT / "tests/gateway/Dockerfile")
    where = ("--file", file, "--context", str(context), "--tag", CONTROLLER)
    run(*devcluster, "build-image", *where)
    run(*devcluster, "target", "images", "envoy")


def gateway_kinds() -> set[str]:
    """Return the kinds of the Gateway API and of Envoy Gateway that the cluster has."""
    names = kubectl("get", "crd", "-o", "name").stdout.split()
    return {name for name in names if name.endswith(tuple(f".{group}" for group in GROUPS))}


def gateway_class() -> Raw:
    """Return the class of the tests' Gateways."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": CLASS},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
    }


OF_NOBODY = {"from": "Selector", "selector": {"matchLabels": {"trainyard-tests/is": "nowhere"}}}
"""Namespaces from which a Gateway takes routes: none."""


def a_gateway(namespace: str, name: str, routes_of: Raw | None = None) -> Gateway:
    """A Gateway whose proxies serve, for routes of these namespaces; None: of its own."""
    listener = {
        "name": "http",
        "protocol": "HTTP",
        "port": 80,
        "allowedRoutes": {"namespaces": routes_of or {"from": "Same"}},
    }
    wanted = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name},
        "spec": {"gatewayClassName": CLASS, "listeners": [listener]},
    }
    place = ("-n", namespace)
    kubectl(*place, "apply", "-f", "-", stdin=yaml.safe_dump(wanted))
    programmed = ("--for=condition=Programmed", f"--timeout={PATIENCE}")
    kubectl(*place, "wait", f"gateway/{name}", *programmed)
    address = "jsonpath={.status.addresses[0].value}"
    return Gateway(namespace, name, kubectl(*place, "get", "gateway", name, "-o", address).stdout)
