"""Runs of the real operator in a queue of the real Kueue, on a real API server.

Started by `make kueue`. There are no nodes: the Job controller is real, and pods are played.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cluster_access import ROOT
from go_sources import sources_of

from benchmarks.control_plane.api_server import ApiServer, api_server, process
from benchmarks.control_plane.kube_api import KubeApi
from benchmarks.control_plane.operator_process import operator_process

pytestmark = pytest.mark.timeout(900)
Raw = dict[str, Any]
PATIENCE = 300
CERTIFICATES = Path("/etc/kueue/metrics/certs")
"""Of the mount namespace that `apart.sh` makes."""
NAMESPACE = "team"
KUEUE = "/apis/kueue.x-k8s.io/v1beta2"
RUNS = f"/apis/trainyard.dev/v1alpha1/namespaces/{NAMESPACE}/trainingjobs"
PRIORITIES = "/apis/scheduling.k8s.io/v1/priorityclasses"
CONFIGURATION = {
    "apiVersion": "config.kueue.x-k8s.io/v1beta2",
    "kind": "Configuration",
    "health": {"healthProbeBindAddress": "127.0.0.1:8081"},
    "metrics": {"bindAddress": "0"},
    "leaderElection": {"leaderElect": False},
    "internalCertManagement": {"enable": False},
    "integrations": {"frameworks": ["batch/job"]},
    "clientConnection": {"qps": 50, "burst": 100},
}
QUOTA = [("cpu", "1"), ("memory", "8Gi"), ("ephemeral-storage", "100Gi")]


def tool(name: str) -> Path:
    """The program, built before."""
    command = (sys.executable, "-m", "devcluster", "tool", name)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def kueues_crds() -> list[Path]:
    """Kueue's own, of the module that it was built from."""
    return sorted((sources_of("kueue") / "config/components/crd/bases").glob("*.yaml"))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ApiServer]:
    """API server, Job controller, Kueue and operator, with a queue that is held."""
    programs = {n: tool(n) for n in ("etcd", "kube-apiserver", "kube-controller-manager", "kueue")}
    async with AsyncExitStack() as running:
        found = await running.enter_async_context(api_server(programs, tmp_path))
        install(tool("kubectl"), found.kubeconfig())
        await queue(found.api)
        for command in commands(programs, found, tmp_path):
            await running.enter_async_context(process(command, tmp_path))
        settings = {"TRAINYARD_LEADER_ELECTION": "false"}
        log = tmp_path / "operator.log"
        await running.enter_async_context(operator_process(found.kubeconfig(), log, settings))
        yield found


def install(kubectl: Path, kubeconfig: Path) -> None:
    """The kinds of Kueue and ours are there."""
    for path in [*kueues_crds(), *sorted((ROOT / "crds").glob("*.yaml"))]:
        command = (kubectl, "--kubeconfig", kubeconfig, "create", "-f", path)
        subprocess.run(command, check=True, capture_output=True)


def commands(programs: dict[str, Path], server: ApiServer, folder: Path) -> list[list[str]]:
    """How Kueue and the Job controller are started."""
    webhook = {"host": "127.0.0.1", "port": 9443, "certDir": str(CERTIFICATES)}
    configuration = folder / "kueue.json"
    configuration.write_text(json.dumps({**CONFIGURATION, "webhook": webhook}))
    kubeconfig = server.kubeconfig()
    return [
        [
            str(programs["kube-controller-manager"]),
            f"--kubeconfig={kubeconfig}",
            "--controllers=job-controller,garbage-collector-controller",
            "--leader-elect=false",
            "--secure-port=0",
        ],
        [
            str(programs["kueue"]),
            f"--config={configuration}",
            f"--kubeconfig={kubeconfig}",
            "--feature-gates=VisibilityOnDemand=false",
        ],
    ]


async def create(api: KubeApi, path: str, kind: str, name: str, **fields: Any) -> None:
    """Create the object; its kind may be known to the server only in a moment."""
    version = "/".join(path.removeprefix("/apis/").split("/")[:2])
    raw = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}

    async def made() -> bool:
        try:
            await api.ask("POST", path, raw)
        except aiohttp.ClientResponseError as error:
            if error.status != 404:
                raise
            return False
        return True

    await comes(made)


async def queue(api: KubeApi) -> None:
    """A queue that has room for one processor, and takes it back for what matters more."""
    await api.ask(
        "POST",
        "/api/v1/namespaces",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
    )
    await create(api, PRIORITIES, "PriorityClass", "high", value=1000)
    await create(api, f"{KUEUE}/resourceflavors", "ResourceFlavor", "any", spec={})
    quota = [{"name": name, "nominalQuota": amount} for name, amount in QUOTA]
    group = {
        "coveredResources": [name for name, _ in QUOTA],
        "flavors": [{"name": "any", "resources": quota}],
    }
    spec = {
        "namespaceSelector": {},
        "stopPolicy": "Hold",
        "queueingStrategy": "BestEffortFIFO",
        "preemption": {"withinClusterQueue": "LowerPriority"},
        "resourceGroups": [group],
    }
    await create(api, f"{KUEUE}/clusterqueues", "ClusterQueue", "all", spec=spec)
    path = f"{KUEUE}/namespaces/{NAMESPACE}/localqueues"
    await create(api, path, "LocalQueue", "team-a", spec={"clusterQueue": "all"})


async def comes(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when it holds."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 nobody tells: the server is asked
            await asyncio.sleep(0.5)


async def admitted(api: KubeApi, name: str, status: str, reason: str) -> Raw:
    """The newest run, once the condition says that."""
    found: list[Raw] = []

    async def says() -> bool:
        raw = await api.ask("GET", f"{RUNS}/{name}")
        conditions = raw.get("status", {}).get("conditions") or ()
        said = {c["type"]: (c["status"], c["reason"]) for c in conditions}
        found[:] = [raw]
        return said.get("Admitted") == (status, reason)

    await comes(says)
    run: Raw = found[0]["status"]["runs"][0]
    return run


def recipe(digest: str, priority: str = "") -> Raw:
    """A run that takes the whole quota."""
    amounts = {"cpu": "1", "memory": "256Mi"}
    source = {"http": {"url": "https://models.example/model.onnx"}}
    return {
        "import": {"source": source, "format": "Onnx", "digest": f"sha256:{digest * 64}"},
        "queueName": "team-a",
        "pod": {
            "resources": {"requests": amounts, "limits": amounts},
            **({"priorityClassName": priority} if priority else {}),
        },
    }


async def begin(api: KubeApi, job: str) -> None:
    """Play the kubelet: the first container of the Job's pod began."""
    pods: list[Raw] = []
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"

    async def there() -> bool:
        query = f"{path}?labelSelector=batch.kubernetes.io/job-name%3D{job}"
        pods[:] = (await api.ask("GET", query))["items"]
        return bool(pods)

    await comes(there)
    pod = pods[0]
    running = {"running": {"startedAt": pod["metadata"]["creationTimestamp"]}}
    state = {"name": "fetch", "state": running, "ready": False, "restartCount": 0}
    status = {"initContainerStatuses": [{**state, "image": "i", "imageID": "i"}]}
    await api.ask("PUT", f"{path}/{pod['metadata']['name']}/status", {**pod, "status": {**status}})


async def test_queued_admitted_preempted_and_admitted_again(server: ApiServer) -> None:
    """Nothing is counted as failed, and the run that made room is the same run afterwards."""
    api = server.api
    await create(api, RUNS, "TrainingJob", "usual", spec=recipe("a"))
    await admitted(api, "usual", "False", "Queued")
    held = await api.ask("GET", f"{KUEUE}/clusterqueues/all")
    await api.ask(
        "PUT",
        f"{KUEUE}/clusterqueues/all",
        {**held, "spec": {**held["spec"], "stopPolicy": "None"}},
    )
    first = await admitted(api, "usual", "True", "Admitted")
    await begin(api, first["name"])

    async def runs() -> bool:
        raw = await api.ask("GET", f"{RUNS}/usual")
        return bool(raw["status"]["runs"][0]["phase"] == "Running")

    await comes(runs)
    await create(api, RUNS, "TrainingJob", "urgent", spec=recipe("b", "high"))
    waiting = await admitted(api, "usual", "False", "Preempted")
    assert (first["name"], "Pending", 1) == (
        waiting["name"],
        waiting["phase"],
        waiting["preemptions"],
    )
    assert 0 == waiting.get("infrastructureFailures", 0)
    await admitted(api, "urgent", "True", "Admitted")
    await api.ask("DELETE", f"{RUNS}/urgent")
    again = await admitted(api, "usual", "True", "Admitted")
    assert (first["name"], 0) == (again["name"], again.get("infrastructureFailures", 0))
    conditions = (await api.ask("GET", f"{RUNS}/usual"))["status"]["conditions"]
    assert not {"Stalled", "LastRunSucceeded"} & {c["type"] for c in conditions}
