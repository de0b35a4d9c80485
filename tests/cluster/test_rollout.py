"""Releases on the real node: real routers, real pods, a client that counts every answer.

The model server is a stand-in whose faults are written in the bundle digest (`standin/`).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cluster_access import ROOT, kubeconfig, kubectl, run
from steady_load import Load

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(420),
    pytest.mark.asyncio(loop_scope="module"),
]

SERVER = "trainyard/standin-server:dev"
HEALTHY, BETTER = "0000001", "0000002"
FAILING, SLOW, CRASHING, REFUSED = "3000003", "0060004", "0000015", "0000036"
STEPS = [{"weightPercent": 5, "minSeconds": 5}, {"weightPercent": 50, "minSeconds": 5}]


def digest(code: str) -> str:
    """Return the bundle digest that begins with the code of the behaviour."""
    return f"sha256:{code:0<64}"


@dataclass(slots=True)
class Node:
    """A namespace of the test and the operator that looks after it."""

    namespace: str
    folder: Path
    operator: asyncio.subprocess.Process | None = None
    made: list[str] = field(default_factory=list)

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl in the namespace."""
        return kubectl("-n", self.namespace, *arguments, stdin=stdin).stdout

    async def start(self) -> None:
        """Start the operator."""
        environment = {
            **{key: value for key, value in os.environ.items() if "KUBE" not in key},
            "PYTHONPATH": str(ROOT / "operator"),
            "TRAINYARD_KUBECONFIG": kubeconfig(),
            "TRAINYARD_NAMESPACES": self.namespace,
            "TRAINYARD_OPERATOR_NAMESPACE": self.namespace,
            "TRAINYARD_LEADER_ELECTION": "false",
            "TRAINYARD_SERVING_IMAGE": SERVER,
            "TRAINYARD_ROUTER_IMAGE": "trainyard/envoy:dev",
            "TRAINYARD_PORT": str(20000 + secrets.randbelow(9999)),
        }
        with (self.folder / "operator.log").open("ab") as log:
            self.operator = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "tests" / "serving_operator.py"),
                env=environment,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """End the operator as a lost node would."""
        assert self.operator is not None
        if self.operator.returncode is None:
            self.operator.kill()
        await self.operator.wait()

    def deploy(self, name: str, **spec: Any) -> None:
        """Apply a deployment and the TrainingJob that it follows."""
        wanted = {
            "model": {"trainingJob": {"name": name}},
            "rollout": {"steps": STEPS, "keepSeconds": 5},
            "analysis": {"intervalSeconds": 5, "minRequests": 40},
        }
        job = {"dataset": {"name": "none"}, "estimator": {"class": "sklearn.linear_model.Ridge"}}
        labels = {"app.kubernetes.io/managed-by": "trainyard"}
        for kind, body, own in (
            ("TrainingJob", job, labels),
            ("ModelDeployment", wanted | spec, {}),
        ):
            manifest = {
                "apiVersion": "trainyard.dev/v1alpha1",
                "kind": kind,
                "metadata": {"name": name, "labels": own},
                "spec": body,
            }
            self.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))

    def publish(self, name: str, code: str) -> None:
        """Make the version the TrainingJob's current one."""
        found = digest(code)
        current = {
            "name": f"{name}-{code}",
            "bundleDigest": found,
            "inputsDigest": found,
            "datasetDigest": found,
        }
        self.write_status("trainingjob", name, {"current": current})

    def write_status(self, kind: str, name: str, status: dict[str, Any] | None) -> None:
        """Replace fields of a status."""
        patch = json.dumps({"status": status})
        self.kubectl("patch", kind, name, "--subresource=status", "--type=merge", "-p", patch)

    def status(self, name: str) -> dict[str, Any]:
        """Return the deployment's status."""
        found: dict[str, Any] = json.loads(self.kubectl("get", "mdep", name, "-o", "json"))
        return found.get("status") or {}

    def weights(self, name: str) -> dict[str, int]:
        """Return the weights by the code of the behaviour."""
        status = self.status(name)
        records = [status.get("stable"), status.get("canary")]
        codes = {r["revision"]: r["bundleDigest"][7:14] for r in records if r}
        return {codes[t["revision"]]: t["weightPercent"] for t in status.get("traffic", ())}

    async def until(self, name: str, seconds: float, **wanted: int) -> None:
        """Wait until the weights are as wanted; keywords are the codes after an underscore."""
        expected = {code[1:]: weight for code, weight in wanted.items()}
        for _ in range(int(seconds * 2)):
            if self.weights(name) == expected:
                return
            await asyncio.sleep(0.5)
        assert expected == self.weights(name), self.status(name).get("why")

    async def ready(self, name: str) -> None:
        """Wait until a real prediction was answered."""
        wait = ("wait", f"mdep/{name}", "--for=condition=Ready", "--timeout=90s")
        await asyncio.to_thread(self.kubectl, *wait)

    def load(self, name: str, per_second: float = 40) -> Load:
        """Return a client of the user-facing Service."""
        address = self.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")
        return Load(f"http://{address}/v2/models/{name}/infer", per_second)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """Give a namespace under `restricted`, a store claim, the stand-in image, and an operator."""
    devcluster = (sys.executable, "-m", "devcluster")
    dockerfile = "tests/cluster/standin/Dockerfile"
    name = f"rollout-{secrets.token_hex(3)}"
    os.chdir(ROOT)
    run(*devcluster, "build-image", "--file", dockerfile, "--context", ".", "--tag", SERVER)
    run(*devcluster, "target", "images", "envoy")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    run(*devcluster, "volume", name, "trainyard-store", "1Gi")
    found = Node(name, tmp_path_factory.mktemp("operator"))
    await found.start()
    try:
        yield found
    finally:
        await found.kill()
        print((found.folder / "operator.log").read_text()[-4000:])  # noqa: T201
        kubectl("delete", "namespace", name, "--wait=false")


async def serving(node: Node, name: str, **spec: Any) -> Load:
    """Bring a healthy first version up and return a client for it."""
    node.deploy(name, **spec)
    node.publish(name, HEALTHY)
    for _ in range(120):
        if node.status(name).get("stable"):
            break
        await asyncio.sleep(0.5)
    await node.ready(name)
    return node.load(name)


async def test_a_release_loses_no_request_even_with_the_operator_killed(node: Node) -> None:
    """5 %, 50 %, 100 %, the old pods removed; the operator is killed in the middle."""
    async with await serving(node, "healthy", replicas=2) as load:
        node.publish("healthy", BETTER)
        await node.until("healthy", 60, _0000001=95, _0000002=5)
        await node.kill()
        await asyncio.sleep(2)
        await node.start()
        await node.until("healthy", 90, _0000001=50, _0000002=50)
        await node.until("healthy", 60, _0000002=100)
        await asyncio.sleep(35)
    assert {"200": load.sent} == dict(load.codes)
    gone = node.kubectl("get", "deploy", "-l", "trainyard.dev/role=retired", "-o", "name")
    assert gone == ""
    node.kubectl("delete", "mdep", "healthy")


@pytest.mark.parametrize(
    ("code", "check"),
    [
        pytest.param(FAILING, "errors", id="30 percent of the answers are failures"),
        pytest.param(SLOW, "latency", id="answers take 60 ms instead of 1"),
        pytest.param(CRASHING, "crashed", id="the server exits at its start"),
        pytest.param(
            REFUSED, "does not match its digest", id="the bundle is not what it should be"
        ),
    ],
)
async def test_a_bad_version_is_rolled_back_with_its_numbers(
    node: Node, code: str, check: str
) -> None:
    """All requests go back to the stable version and the version stays out."""
    name = f"bad-{code}"
    async with await serving(node, name):
        node.publish(name, code)
        for _ in range(240):
            if node.status(name).get("quarantine"):
                break
            await asyncio.sleep(0.5)
    status = node.status(name)
    assert [digest(code)] == [e["bundleDigest"] for e in status["quarantine"]], status.get("why")
    assert check in status["quarantine"][0]["message"]
    assert {HEALTHY: 100} == node.weights(name)
    node.kubectl("delete", "mdep", name)


async def test_mode_replicas_releases_without_a_router(node: Node) -> None:
    """One Service over both versions' pods; nothing is lost."""
    spec = {
        "traffic": {"mode": "Replicas"},
        "rollout": {"steps": [{"weightPercent": 50, "minSeconds": 5}]},
    }
    async with await serving(node, "plain", **spec) as load:
        node.publish("plain", BETTER)
        await node.until("plain", 60, _0000001=50, _0000002=50)
        await node.until("plain", 90, _0000002=100)
        await asyncio.sleep(25)
    assert {"200": load.sent} == dict(load.codes)
    assert node.kubectl("get", "deploy", "plain-router", "--ignore-not-found", "-o", "name") == ""
    node.kubectl("delete", "mdep", "plain")


async def test_a_lost_status_is_rebuilt_without_moving_traffic(node: Node) -> None:
    """The same revision serves on, from the same pods; then nothing is written any more."""
    async with await serving(node, "wiped") as load:
        await asyncio.sleep(20)
        pods = node.kubectl("get", "pods", "-l", "trainyard.dev/owner=wiped", "-o", "name")
        stable = node.status("wiped")["stable"]
        blank = dict.fromkeys(node.status("wiped"))
        node.write_status("mdep", "wiped", blank)
        for _ in range(40):
            if node.status("wiped").get("stable"):
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(5)
    assert stable == node.status("wiped")["stable"]
    assert pods == node.kubectl("get", "pods", "-l", "trainyard.dev/owner=wiped", "-o", "name")
    assert {"200": load.sent} == dict(load.codes)


async def test_a_settled_deployment_is_left_alone(node: Node) -> None:
    """No object of it changes for a while."""
    await asyncio.sleep(5)
    listed = (
        "get",
        "mdep,deploy,svc,configmap",
        "-o",
        "jsonpath={.items[*].metadata.resourceVersion}",
    )
    before = node.kubectl(*listed)
    await asyncio.sleep(20)
    assert before == node.kubectl(*listed)
