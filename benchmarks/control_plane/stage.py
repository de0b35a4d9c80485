"""Everything that runs beside the operator: API server, played workloads, a fleet at rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.control_plane.api_server import ApiServer, api_server
from benchmarks.control_plane.audit import AuditLog
from benchmarks.control_plane.first_model import NAMESPACE, Results, live
from benchmarks.control_plane.fleet import define, model_name, namespace_of, original, seed
from benchmarks.control_plane.kube_api import KubeApi, Raw
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.operator_process import operator_process
from benchmarks.control_plane.workloads import Workloads

Place = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many models, and where."""

    models: int
    namespaces: int
    deployment: Raw
    """Of the spec of each ModelDeployment, beside the model."""

    def places(self, first: int, count: int) -> list[Place]:
        """Namespaces and names of `count` models from the `first` on, round and round."""
        numbers = [(first + number) % self.models for number in range(count)]
        return [(namespace_of(n, self.namespaces), model_name(n)) for n in numbers]


@dataclass(frozen=True, slots=True)
class Stage:
    """A fleet whose children are not there yet: the operator's first start makes them."""

    server: ApiServer
    network: Network
    audit: AuditLog
    fleet: Fleet
    folder: Path

    @property
    def api(self) -> KubeApi:
        """The API server as users see it."""
        return self.server.api


@asynccontextmanager
async def stage(programs: Mapping[str, Path], fleet: Fleet, folder: Path) -> AsyncIterator[Stage]:
    """Give a stage with this fleet, seeded; afterwards everything is gone but the folder."""
    async with api_server(programs, folder) as server:
        network = Network(server.api)
        workloads = Workloads(server.api, network, Results())
        async with network.answering(), workloads.played():
            await define(server.api)
            await _first_life(server, fleet, folder)
            model = await original(server.api)
            await seed(server.api, model, fleet.models, fleet.namespaces)
            yield Stage(server, network, AuditLog(server.audit_log), fleet, folder)


async def _first_life(server: ApiServer, fleet: Fleet, folder: Path) -> None:
    metadata = {"name": NAMESPACE}
    raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    await server.api.ask("POST", "/api/v1/namespaces", raw)
    async with operator_process(server.kubeconfig(), folder / "operator-first-life.log"):
        await live(server.api, fleet.deployment)
