"""A version that staging trained is imported in production by its digest, from staging's store."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import training_pod
import yaml
from a_recorded_version import VERSION
from declared import a_run
from s3_server import S3, s3_server
from training_pod import Pod, estimator, store_dataset, train_task

from modelbundle.manifest import Manifest
from modelbundle.publishing import bundle_key, stored_manifest
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.training_jobs.manifests import train_document
from trainyardctl.hand_over import Receiver, handed_over
from trainyardctl.provenance import provenance
from trainyardctl.recorded import recorded
from trainyardctl.snapshot import Snapshot

STAGING = "trainyard/default/staging"
VERBS = ("fetch", "predict", "publish")


@dataclass(frozen=True, slots=True)
class Importing(Pod):
    """A pod with the keys of the import's secret."""

    s3: S3

    def variables(self, task: Mapping[str, Any]) -> dict[str, str]:
        """The environment of every container."""
        keys = self.s3.keys
        return Pod.variables(self, task) | {
            "TRAINYARD_SOURCE_ACCESS_KEY_ID": keys.access_key_id,
            "TRAINYARD_SOURCE_SECRET_ACCESS_KEY": keys.secret_access_key,
        }


def trained(root: Path, s3: S3) -> Manifest:
    """Return what staging made of its data and published in the bucket."""
    pod = Pod(root)
    data = store_dataset(pod.store, training_pod.wines())
    recipe = estimator("linear_model.LogisticRegression", max_iter=3000)
    ended = pod.run_all(train_task(data, "cultivar", recipe))
    assert ended.code == 0, ended.document
    digest = ended.document["bundle"]
    store, folder = s3.store(STAGING), pod.bundle(digest)
    for path in folder.rglob("*"):
        if path.is_file():
            store.write(bundle_key(digest, str(path.relative_to(folder))), path.read_bytes())
    return stored_manifest(store, digest)


def patch_of(manifest: Manifest, s3: S3) -> dict[str, Any]:
    """Return the import that is handed over."""
    version = json.loads(json.dumps(VERSION))
    version["spec"]["bundleDigest"] = manifest.digest
    known = recorded(Snapshot("staging", {}), version, ())
    place = {"TRAINYARD_STORE_ENDPOINT": s3.endpoint, "TRAINYARD_STORE_REGION": s3.region}
    to = Receiver(f"s3://{s3.bucket}/{STAGING}", "staging-reader")
    found: dict[str, Any] = yaml.safe_load(handed_over(known, manifest, to, place)["import.yaml"])
    return found


def sums(path: Path) -> str:
    """What coreutils, which know nothing of us, say of the file."""
    done = subprocess.run(("sha256sum", str(path)), check=True, capture_output=True, text=True)
    return done.stdout.split()[0]


def test_the_statement_is_verified_by_what_is_not_ours(tmp_path: Path) -> None:
    """Its subject is the stored bundle's manifest, its data the stored version's, each by bytes;
    the manifest names both materials, and every file that it lists has the digest that it says.
    """
    pod = Pod(tmp_path)
    data = store_dataset(pod.store, training_pod.wines())
    recipe = estimator("linear_model.LogisticRegression", max_iter=3000)
    ended = pod.run_all(train_task(data, "cultivar", recipe))
    version = json.loads(json.dumps(VERSION))
    version["spec"] |= {
        "bundleDigest": ended.document["bundle"],
        "datasetDigest": ended.document["dataset"],
        "recipeDigest": training_pod.RECIPE_DIGEST,
    }
    statement = provenance(recorded(Snapshot("staging", {}), version, ()))
    ((_, subject),) = statement["subject"][0]["digest"].items()
    bundle = pod.store / "models" / "sha256" / subject
    assert subject == sums(bundle / "manifest.json")
    made_of = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    digests = {m["name"]: m["digest"]["sha256"] for m in made_of if "digest" in m}
    stored = pod.store / "datasets" / "sha256" / digests["data"]
    assert digests["data"] == sums(stored / "manifest.json")
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert {f"sha256:{digests[name]}" for name in ("data", "recipe")} <= set(texts(manifest))
    for file in manifest["files"]:
        assert file["sha256"] == sums(bundle / file["path"])


def texts(document: Any) -> Iterator[str]:
    """Yield every text of a document."""
    if isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from texts(part)
    elif isinstance(document, str):
        yield document


def test_production_judges_the_very_bytes_on_its_own_data(tmp_path: Path) -> None:
    """The model's file is the same, the version another one; other bytes are refused."""
    with s3_server(tmp_path / "s3") as s3:
        manifest = trained(tmp_path / "staging", s3)
        patch = patch_of(manifest, s3)
        pod = Importing(tmp_path / "production", s3)
        data = store_dataset(pod.store, training_pod.wines(), test_share=0.5)
        patch["spec"]["dataset"] = {"name": "wine"}
        job = TrainingJob.model_validate(patch)
        task = train_document(job, a_run(dataset_digest=data, target="cultivar"))

        ended = pod.run_all(task, VERBS)
        assert ended.code == 0, ended.document
        assert float(ended.document["metrics"]["accuracy"]) > 0.8
        assert ended.document["bundle"] != manifest.digest
        made = json.loads((pod.bundle(ended.document["bundle"]) / "manifest.json").read_text())
        digests = {file["path"]: f"sha256:{file['sha256']}" for file in made["files"]}
        assert patch["spec"]["import"]["digest"] == digests["model.onnx"]

        s3.store().write(patch["spec"]["import"]["source"]["s3"]["path"], b"another model")
        shutil.rmtree(pod.store / "runs")
        refused = pod.run_all(task, VERBS)
        assert (True, "DigestMismatch") == (refused.code > 0, refused.document["reason"])
