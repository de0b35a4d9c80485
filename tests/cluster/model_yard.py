"""Namespaces with a real operator process, a store of either kind, and waiting by conditions."""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from cluster.chart_account import RIGHT_MISSING, chart_kubeconfig
from cluster_access import KINDS, PATIENCE, ROOT, kubectl, ours, run, told
from free_port import free_port
from sklearn.datasets import load_breast_cancer

from modelbundle.store import Credentials, Store, open_store

Object = dict[str, Any]
FEATURES = ("mean radius", "mean texture", "mean smoothness")
COLUMNS = [
    {"name": "diagnosis", "type": "Category", "allowed": ["benign", "malignant"]},
    *({"name": name, "type": "Float", "min": "0"} for name in FEATURES),
]
BUCKET = "trainyard-tests"
MANY_PODS = {
    "resources": {
        "requests": {"cpu": "20m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
        "limits": {"cpu": "4", "memory": "2Gi", "ephemeral-storage": "10Gi"},
    }
}
"""What each container asks for: pods of all tests at work fit into a node of two processors."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; empty where there is none."""

    status: str = ""
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """All our objects of one namespace at one moment."""

    objects: dict[tuple[str, str], Object]

    def status(self, kind: str, name: str) -> Object:
        """The object's status; empty before it has one."""
        found: Object = self.objects.get((kind, name), {}).get("status", {})
        return found

    def condition(self, kind: str, name: str, type_: str) -> Condition:
        """The object's condition of that type."""
        for found in self.status(kind, name).get("conditions", ()):
            if found["type"] == type_:
                return Condition(found["status"], found["reason"], found["message"])
        return Condition()

    def dataset_digest(self, name: str) -> str:
        """The Dataset's current version."""
        found: str = self.status("Dataset", name).get("current", {}).get("digest", "")
        return found

    def runs(self, name: str) -> list[Object]:
        """The TrainingJob's runs, newest first."""
        found: list[Object] = self.status("TrainingJob", name).get("runs", [])
        return found

    def current(self, name: str) -> Object:
        """The TrainingJob's accepted version."""
        found: Object = self.status("TrainingJob", name).get("current", {})
        return found


@dataclass(slots=True)
class ModelYard:
    """Namespaces under `restricted`, and one operator that works in them."""

    namespaces: tuple[str, ...]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The first of them."""
        return self.namespaces[0]

    def start(self) -> None:
        """The operator is at work, outside the cluster, with the rights of the chart."""
        environment = {
            **{key: value for key, value in os.environ.items() if "KUBE" not in key},
            "PYTHONPATH": str(ROOT / "operator"),
            "TRAINYARD_KUBECONFIG": chart_kubeconfig(self.folder, self.namespaces),
            "TRAINYARD_NAMESPACES": ",".join(self.namespaces),
            "TRAINYARD_OPERATOR_NAMESPACE": self.namespace,
            "TRAINYARD_LEADER_ELECTION": "false",
            "TRAINYARD_PORT": str(free_port()),
            "TRAINYARD_PODS": json.dumps(MANY_PODS),
            **self.settings,
        }
        with (self.folder / "operator.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trainyard"], env=environment, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """The operator has ended."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def kubectl(self, *arguments: str, stdin: str | None = None, namespace: str = "") -> str:
        """What kubectl prints."""
        place = namespace or self.namespace
        return kubectl("-n", place, *arguments, stdin=stdin).stdout

    def apply(self, *objects: Object, namespace: str = "") -> None:
        """Do what a user does."""
        self.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects), namespace=namespace)

    def secret(self, name: str, keys: Credentials) -> None:
        """Make a Secret of the shape that stores and sources take."""
        pairs = {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key}
        for namespace in self.namespaces:
            self.apply(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": name},
                    "stringData": pairs,
                },
                namespace=namespace,
            )

    def state(self, namespace: str = "") -> State:
        """Read everything of ours."""
        found = (o for kind in KINDS.split(",") for o in ours(namespace or self.namespace, kind))
        return State({(o["kind"], o["metadata"]["name"]): o for o in found})

    def until(self, what: str, check: Callable[[State], bool], *, namespace: str = "") -> State:
        """The state in which `check` is true; fails with what everything says when none is."""
        deadline = time.monotonic() + PATIENCE
        while True:
            state = self.state(namespace)
            if check(state):
                return state
            if time.monotonic() > deadline:
                shown = told(namespace or self.namespace)
                raise AssertionError(f"never: {what}\n{shown}\n{self.log()[-3000:]}")
            time.sleep(1)

    def log(self) -> str:
        """What the operator said so far."""
        return (self.folder / "operator.log").read_text()


@contextmanager
def model_yard(
    folder: Path, settings: dict[str, str], names: Sequence[str] = ("models",)
) -> Iterator[ModelYard]:
    """Fresh namespaces and an operator with these settings; all gone afterwards."""
    token = secrets.token_hex(3)
    found = ModelYard(tuple(f"{name}-{token}" for name in names), folder, settings=settings)
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    for namespace in found.namespaces:
        kubectl("create", "namespace", namespace)
        label = "pod-security.kubernetes.io/enforce=restricted"
        kubectl("label", "namespace", namespace, label)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        for namespace in found.namespaces:
            kubectl("delete", "namespace", namespace, "--wait=false")
    assert RIGHT_MISSING not in found.log(), "the account of the chart lacks a right"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The S3 server beside the local node, with one bucket for the tests."""

    endpoint: str
    region: str
    keys: Credentials

    def settings(self, prefix: str) -> dict[str, str]:
        """Settings of an operator whose store is a folder of the bucket."""
        return {
            "TRAINYARD_STORE": f"s3://{BUCKET}/{prefix}",
            "TRAINYARD_STORE_ENDPOINT": self.endpoint,
            "TRAINYARD_STORE_REGION": self.region,
        }

    def store(self, path: str) -> Store:
        """A folder of the bucket, with all rights."""
        return open_store(f"s3://{BUCKET}/{path}", self.endpoint, self.region, self.keys)


def local_bucket() -> Bucket:
    """The server is running; skips on a cluster that is not the local node's."""
    if os.environ.get("TRAINYARD_KUBECONFIG"):
        pytest.skip("pods of a cluster of your own may not reach an S3 server on this machine")
    started = run(sys.executable, "-m", "devcluster", "s3", "start", "--bucket", BUCKET)
    access = json.loads(started.stdout.strip().splitlines()[-1])
    keys = Credentials(access["access_key_id"], access["secret_access_key"])
    return Bucket(access["endpoint"], access["region"], keys)


def flip_a_bit(store: Store, key: str) -> None:
    """One bit in the middle of the object is another one, its size the same."""
    content = bytearray(store.read(key))
    content[len(content) // 2] ^= 1
    store.write(key, bytes(content))


def tumours(rows: int = 300) -> pd.DataFrame:
    """Real rows of the breast cancer set, its labels as words."""
    frame = load_breast_cancer(as_frame=True).frame.head(rows)
    names = frame["target"].map({0: "malignant", 1: "benign"})
    return frame[list(FEATURES)].assign(diagnosis=names)


def csv_of(frame: pd.DataFrame) -> str:
    """The rows as a CSV file with a header."""
    text = io.StringIO()
    frame.to_csv(text, index=False)
    return text.getvalue()


def dataset(name: str, source: Object, **more: Any) -> Object:
    """A Dataset of tumours."""
    checks = {"targetLeakage": "Warn"}
    spec = {"source": source, "target": "diagnosis", "columns": COLUMNS, "checks": checks}
    return _object("Dataset", name, spec | more)


def training_job(name: str, data: str, **more: Any) -> Object:
    """A TrainingJob on it; `estimator` unless `more` has another recipe."""
    spec = {
        "dataset": {"name": data},
        "gates": [{"name": "good", "metric": "roc_auc", "min": "0.8"}],
        **more,
    }
    if not {"estimator", "container", "import"} & spec.keys():
        spec["estimator"] = {"class": "sklearn.linear_model.LogisticRegression"}
    return _object("TrainingJob", name, spec)


def deployment(name: str, version: str = "") -> Object:
    """A ModelDeployment without a router: of one ModelVersion, or following its namesake."""
    followed = {"version": {"name": version}} if version else {"trainingJob": {"name": name}}
    spec = {
        "model": followed,
        "traffic": {"mode": "Replicas"},
        "rollout": {"steps": [{"weightPercent": 50, "minSeconds": 5}]},
    }
    return _object("ModelDeployment", name, spec)


def _object(kind: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }
