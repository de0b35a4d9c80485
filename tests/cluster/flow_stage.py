"""Where main flows run: the scripted node, its routers, and a namespace per flow."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cluster.main_flow import Flow, Sources
from cluster.operator_process import Process, operator_process
from cluster.proxy import Proxy
from cluster.scripted_node import ScriptedNode, api_of, local_network
from cluster.scripted_routers import Routers
from cluster_access import ROOT, kubeconfig, kubectl, run, told
from free_port import free_port

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.login import log_in
from trainyard.objects import ObjectRef


@dataclass(slots=True)
class Stage:
    """What all flows share."""

    cluster: KubernetesCluster
    sources: Sources
    node: ScriptedNode
    routers: Routers

    @asynccontextmanager
    async def flow(self, *, prometheus: bool = True) -> AsyncIterator[Flow]:
        """Give a flow in a namespace of its own, not begun; afterwards both are gone."""
        namespace = f"flow-{secrets.token_hex(4)}"
        place = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        proxy = Proxy(Path(kubeconfig()))
        async with AsyncExitStack() as open_things:
            folder = Path(open_things.enter_context(TemporaryDirectory()))
            await self.cluster.create(place)
            gone = ObjectRef("Namespace", "", namespace)
            open_things.push_async_callback(self.cluster.delete, gone)
            await proxy.start()
            open_things.push_async_callback(proxy.stop)
            environment = _environment(proxy.write_kubeconfig(folder / "kubeconfig"), namespace)
            environment["TRAINYARD_PROMETHEUS_URL"] = self.routers.prometheus * prometheus
            log = folder / "operator.log"
            open_things.callback(_show, namespace, log, proxy)
            process = await open_things.enter_async_context(operator_process(environment, log))
            pod = self.node.pod_settings()
            try:
                yield Flow(self.cluster, namespace, proxy, process, self.sources, pod)
            except Exception:
                sys.stdout.write(await asyncio.to_thread(told, namespace))
                raise


@asynccontextmanager
async def beside(flow: Flow, **settings: str) -> AsyncIterator[Process]:
    """Give one more operator for the flow's namespace, behind its proxy, not started yet."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = flow.proxy.write_kubeconfig(folder / "kubeconfig")
        log = folder / "operator.log"
        environment = _environment(path, flow.namespace) | settings
        async with operator_process(environment, log) as process:
            try:
                yield process
            except Exception:
                _show(flow.namespace, log, flow.proxy)
                raise


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Give a stage on the local cluster, whose Services this machine can reach and answer for."""
    target = run(sys.executable, "-m", "devcluster", "target", "name").stdout.strip()
    if target != "devcluster" or os.geteuid():
        pytest.skip("plays pods at addresses of this machine: needs the local cluster, and root")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    async with AsyncExitStack() as open_things:
        open_things.enter_context(local_network())
        api = await open_things.enter_async_context(api_of(kubeconfig()))
        cluster = KubernetesCluster(await log_in({"KUBECONFIG": kubeconfig()}))
        open_things.push_async_callback(cluster.close)
        routers, sources = Routers(api), Sources()
        await routers.start()
        open_things.push_async_callback(routers.stop)
        node = ScriptedNode(api, sources.result, routers.pod_starts, routers.pod_stops)
        await open_things.enter_async_context(node.at_work())
        open_things.push_async_callback(asyncio.sleep, 5)  # the namespaces' pods go first
        yield Stage(cluster, sources, node, routers)


def _show(namespace: str, log: Path, proxy: Proxy) -> None:
    """Print what pytest shows where a test failed."""
    said = log.read_text()[-8000:] if log.exists() else ""
    sys.stdout.write(f"{namespace}\n{said}\n{proxy.exchanges[-30:]}\n")


def _environment(path: Path, namespace: str) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if "KUBE" not in key},
        "PYTHONPATH": str(ROOT / "operator"),
        "TRAINYARD_KUBECONFIG": str(path),
        "TRAINYARD_NAMESPACES": namespace,
        "TRAINYARD_OPERATOR_NAMESPACE": namespace,
        "TRAINYARD_LEADER_ELECTION": "false",
        "TRAINYARD_STORE": "s3://nowhere",
        "TRAINYARD_STORE_ENDPOINT": "http://nowhere.invalid",
        "TRAINYARD_PORT": str(free_port()),
    }
