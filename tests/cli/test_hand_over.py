"""Files by which another namespace imports a version, and what they do not carry."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
import serving_bundles as bundles
import yaml
from a_recorded_version import APPROVAL, DATASET, VERSION

from modelbundle.manifest import BundleFile, Manifest
from modelbundle.signature import Signature, Task
from trainyardctl.hand_over import NothingToHandOver, Receiver, handed_over
from trainyardctl.recorded import Recorded, recorded
from trainyardctl.snapshot import Snapshot

STORE = "s3://artifacts/trainyard/default/staging"
RECEIVER = Receiver(STORE, "staging-reader")


def manifest(*names: str) -> Manifest:
    """Return that of a bundle with these models."""
    signature = Signature(Task.REGRESSION, (), bundles.floats(["a"]), probabilities=False)
    files = [BundleFile(name, 5, hashlib.sha256(name.encode()).hexdigest()) for name in names]
    return Manifest(signature, bundles.ORIGIN, tuple(files))


ONNX = manifest("model.onnx", "model.skops")


def version_of(found: Manifest, accepted: str = "True") -> Recorded:
    """Return what is recorded of the bundle."""
    made: dict[str, Any] = copy.deepcopy(VERSION)
    made["spec"]["bundleDigest"] = found.digest
    made["status"]["conditions"][0]["status"] = accepted
    said = {**APPROVAL, "spec": APPROVAL["spec"] | {"bundleDigest": found.digest}}
    return recorded(Snapshot("staging", {"Dataset": [DATASET]}), made, [said])


def documents(**environ: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return patch and record."""
    files = handed_over(version_of(ONNX), ONNX, RECEIVER, environ)
    return yaml.safe_load(files["import.yaml"]), yaml.safe_load(files["origin.yaml"])


def test_the_import_names_the_bytes_and_where_they_are() -> None:
    """The file of the bundle by its own digest, in the bucket, with the reader's secret."""
    patch, _ = documents(TRAINYARD_STORE_ENDPOINT="http://s3:9000")
    assert ("TrainingJob", "wine") == (patch["kind"], patch["metadata"]["name"])
    name = ONNX.digest.removeprefix("sha256:")
    assert {
        "source": {
            "s3": {
                "bucket": "artifacts",
                "path": f"trainyard/default/staging/models/sha256/{name}/model.onnx",
                "endpoint": "http://s3:9000",
                "secretName": "staging-reader",
            }
        },
        "format": "Onnx",
        "digest": f"sha256:{hashlib.sha256(b'model.onnx').hexdigest()}",
    } == patch["spec"]["import"]


def test_no_trust_goes_along() -> None:
    """Neither gates nor data nor an Approval: those are of who receives it."""
    patch, record = documents()
    assert {"import"} == set(patch["spec"])
    assert "ConfigMap" == record["kind"]


def test_the_record_proves_itself() -> None:
    """From the statement over the manifest to the file that is imported, digest by digest."""
    patch, record = documents()
    kept = record["data"]
    statement = json.loads(kept["statement.json"])
    (subject,) = statement["subject"]
    content = kept["manifest.json"].encode()
    assert subject["digest"]["sha256"] == hashlib.sha256(content).hexdigest()
    digests = {f"sha256:{file['sha256']}" for file in json.loads(content)["files"]}
    assert patch["spec"]["import"]["digest"] in digests
    assert "| bob | Approve | risk |" in kept["card.md"]
    assert "roc_auc 0.97 ≥ 0.8" in kept["card.md"]


@pytest.mark.parametrize(
    ("found", "to", "accepted", "sentence"),
    [
        pytest.param(ONNX, RECEIVER, "False", "is not accepted here", id="a refused version"),
        pytest.param(
            manifest("model.joblib"), RECEIVER, "True", "only format is joblib", id="a pickle"
        ),
        pytest.param(
            ONNX, Receiver("file:///store"), "True", "reads a version from a bucket", id="a volume"
        ),
    ],
)
def test_what_cannot_be_handed_over_is_told(
    found: Manifest, to: Receiver, accepted: str, sentence: str
) -> None:
    """With what to do."""
    with pytest.raises(NothingToHandOver, match=sentence):
        handed_over(version_of(found, accepted), found, to, {})


def test_other_names_and_formats() -> None:
    """A TrainingJob called otherwise there, a bundle without ONNX, a store without prefix."""
    skops = manifest("model.skops")
    to = Receiver("s3://artifacts", job="red-wine")
    patch = yaml.safe_load(handed_over(version_of(skops), skops, to, {})["import.yaml"])
    assert ("red-wine", "Skops") == (patch["metadata"]["name"], patch["spec"]["import"]["format"])
    source = patch["spec"]["import"]["source"]["s3"]
    assert {"bucket", "path"} == set(source)
    assert source["path"].startswith("models/sha256/")
