"""A namespace on the real node with an operator, deployments, versions and clients for them.

The model server is a stand-in whose faults are written in the bundle digest (`standin/`).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster.chart_account import RIGHT_MISSING, chart_kubeconfig
from cluster.sightings import Sightings, Status, sightings
from cluster_access import PATIENCE, ROOT, kubectl, ours, run, told
from free_port import free_port
from steady_load import Load

SERVER, PATCHED = "trainyard/standin-server:dev", "trainyard/standin-server:patched"
"""The same server; one of its two names is installed."""
HEALTHY, BETTER = "0000001", "0000002"
FAILING, SLOW, CRASHING, REFUSED = "3000003", "0060004", "0000015", "0000036"
STEPS = [{"weightPercent": 5, "minSeconds": 5}, {"weightPercent": 50, "minSeconds": 5}]
LOOKED_EACH = 0.5


def digest(code: str) -> str:
    """Return the bundle digest that begins with the code of the behaviour."""
    return f"sha256:{code:0<64}"


@dataclass(slots=True)
class Node:
    """A namespace of the test and the operator that looks after it."""

    namespace: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    """More variables for the operator."""
    operator: asyncio.subprocess.Process | None = None
    sightings: Sightings | None = None

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl in the namespace."""
        return kubectl("-n", self.namespace, *arguments, stdin=stdin).stdout

    def environment(self) -> dict[str, str]:
        """Return what the operator is started with: the rights of the chart where it works."""
        worked_in = self.settings.get("TRAINYARD_NAMESPACES", self.namespace)
        return {
            **{key: value for key, value in os.environ.items() if "KUBE" not in key},
            "PYTHONPATH": str(ROOT / "operator"),
            "TRAINYARD_KUBECONFIG": chart_kubeconfig(self.folder, tuple(worked_in.split(","))),
            "TRAINYARD_NAMESPACES": worked_in,
            "TRAINYARD_OPERATOR_NAMESPACE": self.namespace,
            "TRAINYARD_LEADER_ELECTION": "false",
            "TRAINYARD_SERVING_IMAGE": SERVER,
            "TRAINYARD_SERVING_SKLEARN_IMAGE": "",
            "TRAINYARD_ROUTER_IMAGE": "trainyard/envoy:dev",
            "TRAINYARD_PORT": str(free_port()),
            **self.settings,
        }

    async def start(self) -> None:
        """Start the operator."""
        with (self.folder / "operator.log").open("ab") as log:
            self.operator = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "tests" / "serving_operator.py"),
                env=self.environment(),
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """End the operator as a lost node would."""
        assert self.operator is not None
        if self.operator.returncode is None:
            self.operator.kill()
        await self.operator.wait()

    def apply(self, kind: str, name: str, spec: dict[str, Any], **labels: str) -> None:
        """Apply an object of ours."""
        manifest = {
            "apiVersion": "trainyard.dev/v1alpha1",
            "kind": kind,
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
        }
        self.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))

    def deploy(self, name: str, **spec: Any) -> None:
        """Apply a deployment and the TrainingJob that it follows."""
        wanted = {
            "model": {"trainingJob": {"name": name}},
            "rollout": {"steps": STEPS, "scaleDownDelaySeconds": 5},
            "analysis": {"intervalSeconds": 5, "minRequests": 40},
            "pod": {"resources": {"requests": {"cpu": "50m", "memory": "32Mi"}}},
        }
        job = {"dataset": {"name": "none"}, "estimator": {"class": "sklearn.linear_model.Ridge"}}
        self.apply("TrainingJob", name, job, **{"app.kubernetes.io/managed-by": "trainyard"})
        self.apply("ModelDeployment", name, wanted | spec)

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

    def change(self, name: str, **spec: Any) -> None:
        """Merge these fields into the spec of the deployment."""
        patch = json.dumps({"spec": spec})
        self.kubectl("patch", "mdep", name, "--type=merge", "-p", patch)

    def ask(self, name: str, request: str) -> None:
        """Set the request annotation."""
        wanted = f"trainyard.dev/request={request}"
        self.kubectl("annotate", "mdep", name, "--overwrite", wanted)

    def pods(self, name: str, code: str) -> list[str]:
        """Return the pods that serve the version with this behaviour."""
        status = self.status(name)
        records = [status.get(role) for role in ("stable", "canary", "previous")]
        revision = next(r["revision"] for r in records if r and r["bundleDigest"] == digest(code))
        selected = ("-l", f"trainyard.dev/revision={revision}")
        listed = self.kubectl("get", "pods", *selected, "-o", "jsonpath={.items[*].metadata.name}")
        return listed.split()

    def fall_ill(self, name: str, code: str, illness: str) -> None:
        """Make every server of the version `unready`, `failing` or `dead`; empty: well again."""
        script = f"open('/tmp/ill', 'w').write({illness!r})"
        for pod in self.pods(name, code):
            self.kubectl("exec", pod, "-c", "server", "--", "python3", "-c", script)

    def status(self, name: str) -> dict[str, Any]:
        """Return the deployment's status."""
        (found,) = ours(self.namespace, "modeldeployments", name)
        return found.get("status") or {}

    def reason(self, name: str, condition: str) -> str:
        """Return the reason of a condition, or the empty string while there is none."""
        conditions = self.status(name).get("conditions", ())
        return next((c["reason"] for c in conditions if c["type"] == condition), "")

    def weights(self, name: str) -> dict[str, int]:
        """Return the weights by the code of the behaviour."""
        return weights_in(self.status(name))

    async def until(self, name: str, **wanted: int) -> None:
        """Wait until the weights were as wanted; keywords are the codes after an underscore."""
        expected = {code[1:]: weight for code, weight in wanted.items()}
        await self.passes(name, lambda status: expected == weights_in(status))

    async def passes(self, name: str, is_so: Callable[[Status], object]) -> None:
        """Wait until it was so for a moment, after what was waited for before."""
        assert self.sightings is not None
        await self.sightings.passes(name, is_so)

    async def sees(self, name: str, is_so: Callable[[], object]) -> None:
        """Wait until it is so; what the deployment says about itself explains a failure."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not await asyncio.to_thread(is_so):
            if loop.time() > end:
                said = await asyncio.to_thread(told, self.namespace)
                raise AssertionError(f"never: {name} has {self.weights(name)}\n{said}")
            await asyncio.sleep(LOOKED_EACH)

    async def ready(self, name: str) -> None:
        """Wait until a real prediction was answered."""
        wait = ("wait", f"mdep/{name}", "--for=condition=Ready", "--timeout=600s")
        await asyncio.to_thread(self.kubectl, *wait)

    async def serving(self, name: str, **spec: Any) -> Load:
        """Bring a healthy first version up and return a client for it."""
        self.deploy(name, **spec)
        self.publish(name, HEALTHY)
        await self.sees(name, lambda: self.status(name).get("stable"))
        await self.ready(name)
        return self.load(name)

    def load(self, name: str, per_second: float = 40) -> Load:
        """Return a client of the user-facing Service."""
        address = self.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")
        return Load(f"http://{address}/v2/models/{name}/infer", per_second)


def weights_in(status: Status) -> dict[str, int]:
    """Return the weights of the status by the code of the behaviour."""
    records = [status.get("stable"), status.get("canary")]
    codes = {r["revision"]: r["bundleDigest"][7:14] for r in records if r}
    return {codes[t["revision"]]: t["weightPercent"] for t in status.get("traffic", ())}


@asynccontextmanager
async def a_node(folder: Path, settings: dict[str, str] | None = None) -> AsyncIterator[Node]:
    """Give a namespace under `restricted`, a store claim, the stand-in image, and an operator.

    `settings`: more variables for the operator.
    """
    devcluster = (sys.executable, "-m", "devcluster")
    dockerfile = "tests/cluster/standin/Dockerfile"
    name = f"rollout-{secrets.token_hex(3)}"
    os.chdir(ROOT)
    for tag in (SERVER, PATCHED):
        run(*devcluster, "build-image", "--file", dockerfile, "--context", ".", "--tag", tag)
    run(*devcluster, "target", "images", "envoy")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    run(*devcluster, "volume", name, "trainyard-store", "1Gi")
    found = Node(name, folder, settings or {})
    await found.start()
    try:
        async with sightings(name) as found.sightings:
            yield found
    finally:
        await found.kill()
        log = (folder / "operator.log").read_text()
        print(log[-4000:])  # noqa: T201
        kubectl("delete", "namespace", name, "--wait=false")
    assert RIGHT_MISSING not in log, "the account of the chart lacks a right"
