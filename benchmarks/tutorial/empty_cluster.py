"""A cluster as a stranger has it: storage by default, and nothing of Trainyard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.places import places_from
from devcluster.volumes import Claim, volume_manifest

ROOT = Path(__file__).parents[2]
GROUP = ".trainyard.dev"
SYSTEM, NAMESPACE, CLAIM = "trainyard-system", "tutorial", "trainyard-store"


class NotEmpty(Exception):
    """The cluster has what a stranger's has not; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster that tests and demo use, with its programs."""

    kubectl_program: str
    helm_program: str
    kubeconfig: str
    is_local: bool

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """Return what kubectl prints; raises CalledProcessError where it fails."""
        return self._run(self.kubectl_program, *words, stdin=stdin)

    def helm(self, *words: str) -> str:
        """Return what helm prints; raises CalledProcessError where it fails."""
        return self._run(self.helm_program, *words)

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Return the variables of a shell in which `kubectl` and `helm` mean this cluster."""
        for name, program in (("kubectl", self.kubectl_program), ("helm", self.helm_program)):
            (folder / name).symlink_to(program)
        path = f"{folder}:{os.environ['PATH']}"
        return {**os.environ, "KUBECONFIG": self.kubeconfig, "PATH": path}

    def _run(self, program: str, *words: str, stdin: str | None = None) -> str:
        command = [program, "--kubeconfig", self.kubeconfig, *words]
        return subprocess.run(
            command, input=stdin, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


def the_cluster() -> Cluster:
    """Return the cluster that `python3 -m devcluster target` names."""
    return Cluster(
        _devcluster("target", "kubectl"),
        _devcluster("tool", "helm4"),
        _devcluster("target", "kubeconfig"),
        _devcluster("target", "name") == "devcluster",
    )


def empty(cluster: Cluster) -> None:
    """Nothing of Trainyard is there but the kinds go; raises NotEmpty where somebody uses it."""
    kinds = _kinds(cluster)
    for kind in kinds:
        found = cluster.kubectl("get", kind, "-A", "-o", "name").split()
        if found:
            raise NotEmpty(f"{found[0]} and {len(found) - 1} more: remove them first")
    if cluster.kubectl("get", "namespace", SYSTEM, NAMESPACE, "--ignore-not-found", "-o", "name"):
        raise NotEmpty(f"the namespace {SYSTEM} or {NAMESPACE} is there: remove it first")
    if kinds:
        cluster.kubectl("delete", "crd", *kinds)


def with_storage(cluster: Cluster, namespace: str = NAMESPACE, *, keep: bool = False) -> None:
    """The claim of the page will find a volume, as where storage is provisioned.

    With `keep` it has the files that it had, as one that was restored.
    """
    if not cluster.is_local:
        return
    places = places_from(os.environ, Path.home(), ROOT / "devcluster")
    folder = places.volumes / namespace / CLAIM
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    manifest = volume_manifest(Claim(namespace, CLAIM, "1Gi"), folder)
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))


def clean(cluster: Cluster) -> None:
    """What the page made is gone, the kinds included."""
    cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    if cluster.helm("list", "-q", "-n", SYSTEM):
        cluster.helm("uninstall", "trainyard", "-n", SYSTEM, "--wait")
    cluster.kubectl("delete", "namespace", SYSTEM, "--ignore-not-found")
    cluster.kubectl("delete", "persistentvolume", f"{NAMESPACE}-{CLAIM}", "--ignore-not-found")
    if kinds := _kinds(cluster):
        cluster.kubectl("delete", "crd", *kinds)


def _kinds(cluster: Cluster) -> list[str]:
    found = cluster.kubectl("get", "crd", "-o", "jsonpath={.items[*].metadata.name}").split()
    return [name for name in found if name.endswith(GROUP)]


def _devcluster(*words: str) -> str:
    command = [sys.executable, "-m", "devcluster", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]
