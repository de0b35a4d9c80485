"""`python charts/on_oldest.py`: do chart and operator work on the oldest Kubernetes they are for?

An API server of that version, of its own, with nothing else in its network: Helm installs the chart
there, the CRDs with it; it takes every example and refuses what a rule of the CRDs forbids. Then
the operator itself takes a model from data through five versions to a deployment that serves; what
pods and controllers would do is played.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.control_plane.api_server import ApiServer, api_server
from benchmarks.control_plane.first_model import NAMESPACE, VERSIONS, Results, live
from benchmarks.control_plane.isolation import answer_for_all, apart, is_apart
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.operator_process import operator_process
from benchmarks.control_plane.workloads import Workloads
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*s/*.yaml"))
OURS = "apiVersion: trainyard.dev/"
FORBIDDEN = """apiVersion: trainyard.dev/v1alpha1
kind: ModelDeployment
metadata: {name: both}
spec: {model: {trainingJob: {name: a}, version: {name: b}}}
"""


def main() -> int:
    """Print what was stored; the exit code is 1 where something was refused, or taken wrongly."""
    programs = Programs(places_from(os.environ, Path.home(), ROOT / "devcluster"), Progress())
    names = ("etcd", "kube-apiserver-oldest", "kubectl", "helm4")
    paths = {name: programs.path(name) for name in names}  # built before the network is gone
    if not is_apart(os.environ):
        return apart((sys.executable, __file__))
    answer_for_all()
    return asyncio.run(_run(paths))


async def _run(paths: dict[str, Path]) -> int:
    server_of = {"etcd": paths["etcd"], "kube-apiserver": paths["kube-apiserver-oldest"]}
    with TemporaryDirectory() as folder:
        async with api_server(server_of, Path(folder)) as server:
            failed = await asyncio.to_thread(_installed, paths, server.kubeconfig())
            return failed or await _lived(server, Path(folder))


async def _lived(server: ApiServer, folder: Path) -> int:
    network = Network(server.api)
    workloads = Workloads(server.api, network, Results())
    metadata = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    log = folder / "operator.log"
    async with network.answering(), workloads.played():
        await server.api.ask("POST", "/api/v1/namespaces", metadata)
        async with operator_process(server.kubeconfig(), log):
            try:
                await server.outlives(live(server.api, {"replicas": 1}))
            except TimeoutError as reason:
                sys.stdout.write(f"{reason}\n{log.read_text()[-4000:]}\n")
                return 1
    sys.stdout.write(f"the operator made {VERSIONS} versions, and the last one serves\n")
    return 0


def _installed(paths: dict[str, Path], kubeconfig: Path) -> int:
    def kubectl(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(paths["kubectl"]), "--kubeconfig", str(kubeconfig), *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)

    chart = [str(paths["helm4"]), "install", "trainyard", str(ROOT / "charts/trainyard")]
    values = ["-n", "trainyard-system", "--create-namespace", "--set", "page.enabled=true"]
    command = [*chart, *values, "--kubeconfig", str(kubeconfig)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout + done.stderr)
    ours = kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    failed = done.returncode + ours.returncode
    for example in (path for path in EXAMPLES if OURS in path.read_text()):
        taken = kubectl("create", "-n", "default", "--dry-run=server", "-f", str(example))
        sys.stdout.write(taken.stdout + taken.stderr)
        failed += taken.returncode
    refused = kubectl("create", "-n", "default", "--dry-run=server", "-f", "-", stdin=FORBIDDEN)
    sys.stdout.write(refused.stderr)
    version = kubectl("version").stdout
    sys.stdout.write(version)
    return int(bool(failed) or refused.returncode == 0)


if __name__ == "__main__":
    sys.exit(main())
