"""A version that staging accepted is imported, judged and served in production, with real pods.

By the manifests and the Kustomization of docs/how-to/promote-across-clusters.md; two namespaces of
one cluster, which is as the page says "in this cluster or elsewhere".

Proves: trainyardctl/hand_over.py
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart_rendering import render
from cluster.model_yard import (
    BUCKET,
    FEATURES,
    Bucket,
    ModelYard,
    Object,
    csv_of,
    dataset,
    local_bucket,
    model_yard,
    training_job,
    tumours,
)
from cluster_access import ROOT, kubeconfig, kubectl, run

pytestmark = [pytest.mark.cluster]

PAGE = ROOT / "docs" / "how-to" / "promote-across-clusters.md"
FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME, READER = "loans", "staging-reader"
PEOPLE = ("bob", "carol")
GITOPS = "system:serviceaccount:flux-system:kustomize-controller"
ROOT_RIGHTS = "--as-group=system:masters"


@dataclass(frozen=True, slots=True)
class Place:
    """Two namespaces that share nothing but a cluster, and what Git has of production."""

    yard: ModelYard
    bucket: Bucket
    git: Path

    @property
    def staging(self) -> str:
        """Where versions are made."""
        return self.yard.namespaces[0]

    @property
    def production(self) -> str:
        """Where they are judged again."""
        return self.yard.namespaces[1]

    def prefix(self, namespace: str) -> str:
        """The namespace's part of the bucket."""
        return f"stores/default/{namespace}"

    def hands_over(self, version: str) -> None:
        """Git has what the command writes that people type."""
        given = {
            "AWS_ACCESS_KEY_ID": self.bucket.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.bucket.keys.secret_access_key,
            "TRAINYARD_STORE_ENDPOINT": self.bucket.endpoint,
            "TRAINYARD_STORE_REGION": self.bucket.region,
        }
        environment = [f"{name}={value}" for name, value in given.items()]
        program = (sys.executable, "-m", "trainyardctl", "--kubeconfig", kubeconfig())
        words = ("-n", self.staging, "hand-over", f"mv/{version}", "--secret", READER)
        store = f"s3://{BUCKET}/{self.prefix(self.staging)}"
        into = ("--into", str(self.git / "handed-over"), "--store", store)
        run("env", *environment, *program, *words, *into)

    def syncs(self) -> None:
        """Production is as Git says."""
        kubectl("apply", "-k", str(self.git), f"--as={GITOPS}", ROOT_RIGHTS)

    def says_yes(self, person: str, digest: str) -> None:
        """The person approves this version, in the role that the page asks for."""
        spec = {
            "modelDeployment": {"name": NAME},
            "bundleDigest": digest,
            "decision": "Approve",
            "approver": person,
            "roles": ["risk"],
        }
        meta = {"apiVersion": "trainyard.dev/v1alpha1", "kind": "Approval"}
        approval = json.dumps({**meta, "metadata": {"name": f"by-{person}"}, "spec": spec})
        create = ("create", f"--as={person}", ROOT_RIGHTS, "-f", "-")
        self.yard.kubectl(*create, stdin=approval, namespace=self.production)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Staging trains on every second row, production has the others; people are checked there."""
    folder, bucket = tmp_path_factory.mktemp("yard"), local_bucket()
    settings = bucket.settings("stores") | {"TRAINYARD_ROUTER_IMAGE": "trainyard/envoy:dev"}
    with model_yard(folder, settings, ["staging", "production"]) as yard:
        made = Place(yard, bucket, folder / "git")
        (made.git / "handed-over").mkdir(parents=True)
        manifests, kustomization = FENCE.findall(PAGE.read_text(encoding="utf-8"))
        (made.git / "production.yaml").write_text(manifests)
        here = kustomization.replace("namespace: production", f"namespace: {made.production}")
        (made.git / "kustomization.yaml").write_text(here)
        policies = yaml.safe_dump_all(_policies(made.production))
        kubectl("apply", "-f", "-", stdin=policies)
        try:
            for name in ("trainyard-store", READER):
                yard.secret(name, bucket.keys)
            for first, namespace in enumerate(yard.namespaces):
                rows = csv_of(tumours(569).iloc[first::2]).encode()
                bucket.store(made.prefix(namespace)).write("raw/tumours.csv", rows)
                source = {"s3": {"path": "raw/tumours.csv"}}
                yard.apply(dataset(NAME, source), namespace=namespace)
            yield made
        finally:
            kubectl("delete", "-f", "-", stdin=policies)


def _policies(namespace: str) -> list[dict[str, Any]]:
    """The chart's policies on approvals and authors, for this namespace alone."""
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    values = {"policies": {"enabled": True, "approvals": True, "namespaceSelector": selector}}
    return [
        manifest
        for manifest in render(values, release=namespace)
        if manifest["kind"].startswith("ValidatingAdmission")
        and manifest["metadata"]["name"].rpartition("-")[2] in ("approvals", "authors")
    ]


def test_what_staging_accepted_serves_in_production(place: Place) -> None:
    """The same file by its digest, judged by other rows, and after two people said yes."""
    yard = place.yard
    yard.apply(training_job(NAME, NAME))
    state = yard.until("staging accepts a version", lambda s: s.current(NAME) != {})
    made = state.current(NAME)
    place.hands_over(made["name"])
    place.syncs()
    state = yard.until(
        "production accepts it", lambda s: s.current(NAME) != {}, namespace=place.production
    )
    imported = state.current(NAME)
    version = state.objects["ModelVersion", imported["name"]]
    told = version["status"]["evaluations"][-1]["gates"]
    assert ["good", "not-worse"] == [gate["name"] for gate in told]
    assert imported["datasetDigest"] != made["datasetDigest"]
    asked = state.objects["TrainingJob", NAME]["spec"]["import"]["digest"]
    key = f"models/sha256/{imported['bundleDigest'][7:]}/model.onnx"
    content = place.bucket.store(place.prefix(place.production)).read(key)
    assert asked == f"sha256:{hashlib.sha256(content).hexdigest()}"
    waits = yard.until(
        "it waits for people",
        lambda s: "0 of 2 approvals" in s.condition("ModelDeployment", NAME, "Suspended").message,
        namespace=place.production,
    )
    assert not waits.status("ModelDeployment", NAME).get("stable")
    for person in PEOPLE:
        place.says_yes(person, imported["bundleDigest"])
    yard.until(
        "it serves",
        lambda s: _serves(s.status("ModelDeployment", NAME), imported),
        namespace=place.production,
    )
    rows = tumours(569).iloc[1::2].head(40)
    answers = _asked(place, rows[list(FEATURES)].to_numpy().tolist())
    right = sum(a == b for a, b in zip(answers, rows["diagnosis"], strict=True))
    assert right >= 32, f"{right} of 40 rows of production that staging never saw"


def _serves(status: Object, version: Object) -> bool:
    stable = status.get("stable") or {}
    return bool(stable.get("bundleDigest") == version["bundleDigest"])


def _asked(place: Place, rows: list[list[float]]) -> list[str]:
    """What production's Service answers."""
    look = ("get", "svc", NAME, "-o", "jsonpath={.spec.clusterIP}")
    address = place.yard.kubectl(*look, namespace=place.production)
    values = [value for row in rows for value in row]
    shape = [len(rows), len(FEATURES)]
    tensor = {"name": "input", "datatype": "FP64", "shape": shape, "data": values}
    request = urllib.request.Request(
        f"http://{address}/v2/models/{NAME}/infer", json.dumps({"inputs": [tensor]}).encode()
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [str(label) for label in json.load(answer)["outputs"][0]["data"]]
