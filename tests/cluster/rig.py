"""What the tests of the operator's process share: namespaces, processes, waiting, snapshots."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cluster.proxy import Proxy
from cluster_access import PATIENCE, ROOT, kubeconfig
from free_port import free_port
from toys import TOYS, toy_definition, toy_manifest

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.faults import ClusterFault
from trainyard.clients.kinds import KINDS, Kind, by_name
from trainyard.clients.login import log_in
from trainyard.objects import ObjectRef

DEFINITION = Kind(
    "CustomResourceDefinition",
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    namespaced=False,
)


@asynccontextmanager
async def connected() -> AsyncIterator[KubernetesCluster]:
    """Give a client of the cluster under test that knows toys, which are installed."""
    configuration = await log_in({"KUBECONFIG": kubeconfig()})
    cluster = KubernetesCluster(configuration, kinds=by_name(*KINDS.values(), TOYS, DEFINITION))
    try:
        await cluster.apply(toy_definition())
        await eventually(lambda: _served(cluster))
        yield cluster
    finally:
        await cluster.close()


async def _served(cluster: KubernetesCluster) -> None:
    await cluster.list("Toy", "default")


async def eventually(check: Callable[[], Awaitable[None]]) -> None:
    """Return once `check` passes; raise its last complaint when it never does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await check()
        except (AssertionError, ClusterFault):
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.1)


@dataclass(slots=True)
class Operator:
    """One operator process of the namespace, which may be killed and started again."""

    environment: dict[str, str]
    log: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process; it is working when its first pass is done, not before."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "tests" / "toy_operator.py"),
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it as a lost node would."""
        if self.process and self.process.returncode is None:
            self.process.kill()

    async def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process
        if self.process.returncode is None:
            self.process.terminate()
        return await self.exit_code()

    async def exit_code(self) -> int:
        """Return the exit code once it ended."""
        assert self.process
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@dataclass(slots=True)
class Yard:
    """A namespace of its own, with a proxy before the API server."""

    cluster: KubernetesCluster
    namespace: str
    proxy: Proxy
    folder: Path
    operators: list[Operator] = field(default_factory=list)

    def operator(self, *, lease: bool = False, workers: int = 4) -> Operator:
        """Return an operator of this namespace that talks through the proxy; not started yet."""
        port = free_port()
        environment = {
            **{key: value for key, value in os.environ.items() if "KUBE" not in key},
            "PYTHONPATH": f"{ROOT / 'tests'}:{ROOT / 'operator'}",
            "TRAINYARD_KUBECONFIG": str(self.proxy.write_kubeconfig(self.folder / "kubeconfig")),
            "TRAINYARD_NAMESPACES": self.namespace,
            "TRAINYARD_OPERATOR_NAMESPACE": self.namespace,
            "TRAINYARD_LEADER_ELECTION": str(lease),
            "TRAINYARD_WORKERS": str(workers),
            "TRAINYARD_PORT": str(port),
        }
        log = self.folder / f"operator-{len(self.operators)}.log"
        self.operators.append(Operator(environment, log, port))
        return self.operators[-1]

    async def apply_toy(self, name: str, **spec: Any) -> None:
        """Do what a user does, again where a busy API server did not answer in time."""

        async def applied() -> None:
            await self.cluster.apply(toy_manifest(self.namespace, name, **spec))

        await eventually(applied)

    async def delete_toy(self, name: str) -> None:
        """Do what a user does."""
        await self.cluster.delete(ObjectRef("Toy", self.namespace, name))

    async def condition(self, name: str, type_: str) -> tuple[str, str]:
        """Return status and reason of the toy's condition; empty where there is none."""
        toy = await self.cluster.get("Toy", self.namespace, name) or {}
        for condition in toy.get("status", {}).get("conditions", ()):
            if condition["type"] == type_:
                return condition["status"], condition["reason"]
        return "", ""

    async def settled(self, colors: dict[str, str]) -> None:
        """Return when exactly these toys have these colors and the children that go with them."""

        async def check() -> None:
            found = await self.snapshot()
            assert {name: (c, c, c) for name, c in colors.items()} == found, found

        await eventually(check)

    async def snapshot(self) -> dict[str, tuple[str, str, str]]:
        """Return per toy: the color in its status, in its ConfigMap, and of its only Job."""
        labels = {"app.kubernetes.io/managed-by": "trainyard"}
        toys = (await self.cluster.list("Toy", self.namespace)).items
        maps = (await self.cluster.list("ConfigMap", self.namespace, labels)).items
        jobs = (await self.cluster.list("Job", self.namespace, labels)).items
        colors = {m["metadata"]["labels"]["trainyard.dev/owner"]: m["data"]["color"] for m in maps}
        return {
            toy["metadata"]["name"]: (
                toy.get("status", {}).get("color", ""),
                colors.pop(toy["metadata"]["name"], ""),
                _job_color(toy, jobs),
            )
            for toy in toys
        } | {f"ghost {name}": (color, "", "") for name, color in colors.items()}

    def logs(self) -> str:
        """Return everything the operators said."""
        logs = [operator.log for operator in self.operators if operator.log.exists()]
        return "".join(log.read_text() for log in logs)


@asynccontextmanager
async def yard(cluster: KubernetesCluster) -> AsyncIterator[Yard]:
    """Give a yard; afterwards every process is ended and the namespace deleted."""
    name = f"toys-{secrets.token_hex(4)}"
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    proxy = Proxy(Path(kubeconfig()))
    with TemporaryDirectory() as folder:
        made = Yard(cluster, name, proxy, Path(folder))
        try:
            await cluster.create(space)
            await proxy.start()
            yield made
        finally:
            said = f"{made.logs()[-20_000:]}\n{made.proxy.exchanges[-30:]}\n"
            sys.stdout.write(said)  # pytest shows it where a test failed
            for operator in made.operators:
                operator.kill()
                if operator.process:
                    await operator.process.wait()
            await proxy.stop()
            await cluster.delete(ObjectRef("Namespace", "", name))


def _job_color(toy: Any, jobs: Any) -> str:
    """Return the color of the toy's Job; all of them where there are several."""
    from trainyard.ownership import child_name

    name = toy["metadata"]["name"]
    own = {j["metadata"]["name"] for j in jobs if _owner(j) == toy["metadata"]["uid"]}
    color = toy.get("status", {}).get("color", "")
    return color if own == {child_name(name, color)} else ",".join(sorted(own))


def _owner(raw: Any) -> str:
    return str(raw["metadata"]["ownerReferences"][0]["uid"])
