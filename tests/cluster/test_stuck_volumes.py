"""Stores that cannot be mounted, on the real node: what is said long before any deadline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.model_yard import ModelYard, csv_of, dataset, model_yard, tumours
from cluster.releases import HEALTHY, Node
from cluster_access import kubectl

from devcluster.cluster_basics import STORAGE_CLASS
from devcluster.volumes import Claim, claim_manifest, volume_manifest

pytestmark = [pytest.mark.cluster]

STORE = "trainyard-store"
ON_ANOTHER_NODE = {
    "required": {
        "nodeSelectorTerms": [
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": ["elsewhere"]}
                ]
            }
        ]
    }
}


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelYard]:
    """The store of one namespace is not there yet, that of the others is on another node."""
    folder = tmp_path_factory.mktemp("yard")
    settings = {"TRAINYARD_STORE": f"pvc://{STORE}"}
    with model_yard(folder, settings, ["late", "far", "served"]) as found:
        late, *far = found.namespaces
        claim(found, late, folder / "late")
        for namespace in far:
            claim(found, namespace, folder, nodeAffinity=ON_ANOTHER_NODE)
        files = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "tumours"},
            "data": {"tumours.csv": csv_of(tumours())},
        }
        source = {"configMap": {"name": "tumours", "path": "tumours.csv"}}
        for namespace in (late, far[0]):
            found.apply(files, dataset("tumours", source), namespace=namespace)
        yield found
    for namespace in found.namespaces:
        kubectl("delete", "pv", f"{namespace}-{STORE}", "--wait=false")


def claim(yard: ModelYard, namespace: str, folder: Path, **spec: Any) -> None:
    """The namespace has a store in the folder of the node."""
    wanted = Claim(namespace, STORE, "1Gi")
    volume = volume_manifest(wanted, folder)
    volume["spec"] |= spec
    yard.apply(volume, claim_manifest(wanted, STORAGE_CLASS), namespace=namespace)


def test_a_job_whose_store_cannot_be_mounted_says_why_and_goes_on(yard: ModelYard) -> None:
    """In the words of the kubelet; nothing is to be done once it can."""
    late = yard.namespaces[0]
    yard.until(
        "what the kubelet says is told",
        lambda s: "FailedMount" in s.condition("Dataset", "tumours", "Reconciling").message,
        namespace=late,
    )
    store = yard.folder / "late"
    store.mkdir()
    store.chmod(0o777)
    yard.until("it goes on", lambda s: s.dataset_digest("tumours") != "", namespace=late)


def test_a_job_whose_store_is_on_another_node_says_what_to_do(yard: ModelYard) -> None:
    """Its pod waits for a node that has the store."""
    yard.until(
        "what to do is told",
        lambda s: "ReadWriteMany" in s.condition("Dataset", "tumours", "Reconciling").message,
        namespace=yard.namespaces[1],
    )


async def test_a_server_whose_store_is_on_another_node_is_no_bad_version(yard: ModelYard) -> None:
    """It is the cluster's fault, and the condition says what to do."""
    folder = yard.folder / "served"
    folder.mkdir()
    node = Node(yard.namespaces[2], folder)
    yard.stop()
    await node.start()
    try:
        node.deploy("far")
        node.publish("far", HEALTHY)
        told = "StoreNotShareable"
        await node.sees("far", lambda: node.reason("far", "Stalled") == told)
        assert not node.status("far").get("quarantine")
    finally:
        await node.kill()
