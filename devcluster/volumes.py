"""hostPath volumes for claims on the local cluster, where nothing provisions them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster.cluster_basics import STORAGE_CLASS
from devcluster.kubectl import Kubectl

DEFAULT_SIZE = "5Gi"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim by name, and how much it asks for."""

    namespace: str
    name: str
    size: str = DEFAULT_SIZE


def volume_manifest(claim: Claim, folder: Path) -> dict[str, Any]:
    """The volume behind the claim, bound to it before anybody else can take it."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{claim.namespace}-{claim.name}"},
        "spec": {
            "storageClassName": STORAGE_CLASS,
            "capacity": {"storage": claim.size},
            "accessModes": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"],
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": str(folder), "type": "Directory"},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": claim.namespace,
                "name": claim.name,
            },
        },
    }


def claim_manifest(claim: Claim, storage_class: str | None) -> dict[str, Any]:
    """The claim itself; without a storage class the cluster's default one serves it."""
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce" if storage_class is None else "ReadWriteMany"],
        "resources": {"requests": {"storage": claim.size}},
    }
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"namespace": claim.namespace, "name": claim.name},
        "spec": spec,
    }


def namespace_manifest(name: str) -> dict[str, Any]:
    """The namespace of a claim."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def provide(claim: Claim, volumes: Path, kubectl: Kubectl) -> Path:
    """The claim is bound to a folder of this machine that every user of a pod may write.

    Returns the folder. A second call changes nothing; a claim that was deleted and is made again
    finds the files it had.
    """
    folder = volumes / claim.namespace / claim.name
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    kubectl.apply([namespace_manifest(claim.namespace), volume_manifest(claim, folder)])
    _forget_former_claim(claim, kubectl)
    kubectl.apply([claim_manifest(claim, STORAGE_CLASS)])
    kubectl.run(
        *("wait", f"--namespace={claim.namespace}", f"pvc/{claim.name}"),
        *("--for=jsonpath={.status.phase}=Bound", "--timeout=60s"),
    )
    return folder


def _forget_former_claim(claim: Claim, kubectl: Kubectl) -> None:
    """A volume whose claim was deleted remembers the dead claim's uid; it is made to forget."""
    name = f"{claim.namespace}-{claim.name}"
    phase = kubectl.run("get", "pv", name, "-o", "jsonpath={.status.phase}")
    if phase == "Released":
        patch = '[{"op": "remove", "path": "/spec/claimRef/uid"}]'
        kubectl.run("patch", "pv", name, "--type=json", "-p", patch)
