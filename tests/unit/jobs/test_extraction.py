"""The container that writes a Dataset's files."""

from __future__ import annotations

import json
from typing import Any

from builders_training import NOW, Raw, a_dataset, an_installation, digest

from trainyard.api.v1alpha1.dataset_status import Refresh
from trainyard.datasets.manifests import ingest_document, ingest_job
from trainyard.installation import BucketStore

REFRESH = Refresh(
    name="tumours-0123456789",
    trigger="spec",
    spec_digest=digest("a"),
    queued_at=NOW,
    phase="Pending",
)
STORE = BucketStore("store", "prefix", "http://s3:9000", "eu")


def _pod(**container: Any) -> Raw:
    dataset = a_dataset(source={"container": {"image": "psql@sha256:1", **container}})
    job = ingest_job(dataset, REFRESH, an_installation(store=STORE))
    pod: Raw = job["spec"]["template"]["spec"]
    return pod


def test_it_writes_what_the_ingest_reads() -> None:
    """Into a folder of the pod, which the ingest mounts read-only."""
    pod = _pod(command=["psql"], args=["-c", "copy"], path="*.csv")
    (extract,), (ingest,) = pod["initContainers"], pod["containers"]
    assert (["psql"], ["-c", "copy"]) == (extract["command"], extract["args"])
    assert {"name": "TRAINYARD_OUTPUT", "value": "/trainyard/output"} in extract["env"]
    assert {"name": "source", "mountPath": "/trainyard/output"} in extract["volumeMounts"]
    (mount,) = [m for m in ingest["volumeMounts"] if m["name"] == "source"]
    assert ("/trainyard/source", True) == (mount["mountPath"], mount["readOnly"])
    (volume,) = [v for v in pod["volumes"] if v["name"] == "source"]
    assert "emptyDir" in volume
    dataset = a_dataset(source={"container": {"image": "x", "path": "*.csv"}})
    expected = {"kind": "files", "root": "/trainyard/source", "path": "*.csv"}
    assert expected == ingest_document(dataset, REFRESH, an_installation())["source"]


def test_it_knows_nothing_of_the_store() -> None:
    """No key, no address, no volume; its own secret by name, which may be missing."""
    (extract,) = _pod(secretName="trainyard-source-clinic")["initContainers"]
    text = json.dumps(extract)
    assert "TRAINYARD_STORE" not in text
    assert "AWS_" not in text
    assert [{"secretRef": {"name": "trainyard-source-clinic", "optional": True}}] == extract[
        "envFrom"
    ]
    assert {"source", "tmp-extract"} == {mount["name"] for mount in extract["volumeMounts"]}
    assert extract["securityContext"]["readOnlyRootFilesystem"]


def test_its_resources_bound_what_it_writes() -> None:
    """The folder is as large as its own limit allows."""
    limits = {"limits": {"memory": "2Gi", "ephemeral-storage": "9Gi"}}
    pod = _pod(resources=limits)
    (volume,) = [v for v in pod["volumes"] if v["name"] == "source"]
    assert {"sizeLimit": "9Gi"} == volume["emptyDir"]
    assert "2Gi" == pod["initContainers"][0]["resources"]["limits"]["memory"]
