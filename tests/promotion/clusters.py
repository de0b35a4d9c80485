"""A whole cluster for the promotion: a real API server, the real operator, pods as processes.

There is no kubelet: the containers of a Job's pod run one after the other on this machine, each
with the environment that its pod names, and pods that serve are played.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster_access import ROOT, tool
from s3_server import S3

from benchmarks.control_plane.api_server import ApiServer, api_server
from benchmarks.control_plane.fleet import define
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.operator_process import operator_process
from benchmarks.control_plane.workloads import Workloads

Raw = dict[str, Any]
MASTERS = "--as-group=system:masters"
SERVING = 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """One with an operator of its own, and a namespace in which it works."""

    server: ApiServer
    namespace: str
    s3: S3

    def kubectl(
        self, *words: str, who: str = "", stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl here, as somebody."""
        impersonated = (f"--as={who}", MASTERS) if who else ()
        command = (tool("kubectl"), "--kubeconfig", str(self.server.kubeconfig()), *words)
        done = subprocess.run(
            (*command, *impersonated), input=stdin, capture_output=True, text=True, check=False
        )
        assert not (check and done.returncode), done.stdout + done.stderr
        return done

    def apply(self, *manifests: Raw, who: str) -> None:
        """The namespace has these objects, written by whoever applies what Git has."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
        words = ("-n", self.namespace, "apply", "--server-side", "-f", "-")
        self.kubectl(*words, who=who, stdin=text)

    def found(self, kind: str, name: str = "") -> list[Raw]:
        """The objects of the kind as they are now, oldest first; with a name that one."""
        words = ("-n", self.namespace, "get", kind, "-o", "json", "--ignore-not-found")
        text = self.kubectl(*words, *([name] if name else [])).stdout
        raw = json.loads(text) if text else {"items": []}
        listed: list[Raw] = raw.get("items", [raw])
        return sorted(listed, key=lambda r: str(r["metadata"]["creationTimestamp"]))

    def config_map(self, namespace: str, name: str) -> Mapping[str, str]:
        """What is in it; nothing where it is not there."""
        words = ("-n", namespace, "get", "configmap", name, "-o", "json", "--ignore-not-found")
        text = self.kubectl(*words).stdout
        data: Mapping[str, str] = json.loads(text).get("data", {}) if text else {}
        return data

    @property
    def store(self) -> str:
        """The address of the namespace's part of its store."""
        return f"s3://{self.s3.bucket}/{self.namespace}/default/{self.namespace}"


@dataclass(frozen=True, slots=True)
class Processes:
    """The pods of Jobs: what their last container says, by running all of them."""

    secrets: Mapping[str, Mapping[str, str]]
    """What a pod may name, by secret and key."""
    log: Path
    config_map: Callable[[str, str], Mapping[str, str]]
    """What is in the one of this namespace and name."""

    def __call__(self, pod: Raw) -> str:
        """The termination message of the last container."""
        spec, message = pod["spec"], ""
        with tempfile.TemporaryDirectory() as folder:
            self._mounts(pod, Path(folder))
            for container in [*(spec.get("initContainers") or ()), *spec["containers"]]:
                message, code = self._ran(container, Path(folder))
                if code:
                    break
        return message

    def _mounts(self, pod: Raw, folder: Path) -> None:
        named = {
            v["name"]: v["configMap"]["name"] for v in pod["spec"]["volumes"] if "configMap" in v
        }
        for container in (*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]):
            for mount in container["volumeMounts"]:
                if name := named.get(mount["name"]):
                    path = folder / mount["mountPath"].lstrip("/")
                    path.mkdir(parents=True, exist_ok=True)
                    for file, text in self.config_map(pod["metadata"]["namespace"], name).items():
                        (path / file).write_text(text)

    def _ran(self, container: Raw, folder: Path) -> tuple[str, int]:
        said = folder / "termination-log"
        said.unlink(missing_ok=True)
        for name in ("data", "questions", "answers", "champion", "output", "predictions"):
            (folder / "trainyard" / name).mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if "TRAINYARD" not in name}
        paths = os.pathsep.join(str(ROOT / part) for part in ("training-image", "serving-image"))
        given = {variable["name"]: self._value(variable) for variable in container.get("env") or ()}
        environment = kept | {name: value for name, value in given.items() if value is not None}
        environment |= {
            "PYTHONPATH": paths,
            "TRAINYARD_MOUNT": str(folder / "trainyard"),
            "TRAINYARD_TERMINATION_LOG": str(said),
        }
        task = environment.get("TRAINYARD_TASK", "")  # it names what is mounted
        environment["TRAINYARD_TASK"] = task.replace('"/trainyard/', f'"{folder}/trainyard/')
        command = [sys.executable, "-m", "trainer", *container["args"]]
        with self.log.open("ab") as log:
            done = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False)
        return said.read_text() if said.exists() else "", done.returncode

    def _value(self, variable: Raw) -> str | None:
        if "valueFrom" not in variable:
            return str(variable.get("value", ""))
        wanted = variable["valueFrom"].get("secretKeyRef") or {}
        return self.secrets.get(wanted.get("name", ""), {}).get(wanted.get("key", ""))


@asynccontextmanager
async def cluster(
    name: str,
    number: int,
    folder: Path,
    s3: S3,
    secrets: Mapping[str, Mapping[str, str]],
    *,
    is_empty: bool = False,
) -> AsyncIterator[Cluster]:
    """Give one whose namespace is called so, with a folder that is there; its store is a folder of
    the bucket. Pods of that of the number SERVING alone answer. An empty one has no namespace yet.
    """
    programs = {program: Path(tool(program)) for program in ("etcd", "kube-apiserver")}
    settings = {
        "TRAINYARD_LEADER_ELECTION": "false",
        "TRAINYARD_STORE": f"s3://{s3.bucket}/{name}",
        "TRAINYARD_STORE_ENDPOINT": s3.endpoint,
        "TRAINYARD_STORE_REGION": s3.region,
        "TRAINYARD_PORT": str(18080 + number),
    }
    async with api_server(programs, folder, number) as server:
        network = Network(server.api)
        found = Cluster(server, name, s3)
        pods = Processes(secrets, folder / "pods.log", found.config_map)
        workloads = Workloads(server.api, network, pods)
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        await define(server.api)
        if not is_empty:
            await server.api.ask("POST", "/api/v1/namespaces", space)
        kubeconfig, log = server.kubeconfig(), folder / "operator.log"
        async with AsyncExitStack() as running:
            if number == SERVING:
                await running.enter_async_context(network.answering())
            await running.enter_async_context(workloads.played())
            await running.enter_async_context(operator_process(kubeconfig, log, settings))
            yield found
