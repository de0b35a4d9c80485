"""From files to an accepted ModelVersion on a real cluster: real API server, real pods."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_access import ROOT, kubeconfig, kubectl, run
from free_port import free_port
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

FEATURES = ("mean radius", "mean texture", "mean smoothness")
COLUMNS = [
    {"name": "diagnosis", "type": "Category", "allowed": ["benign", "malignant"]},
    *({"name": name, "type": "Float", "min": "0"} for name in FEATURES),
]
CLAIM = "trainyard-store"


@dataclass(slots=True)
class Yard:
    """A namespace under the restricted level with an operator process that works in it."""

    namespace: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start the operator."""
        with (self.folder / "operator.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trainyard"], env=self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End the operator as a lost node would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def apply(self, *objects: dict[str, Any]) -> None:
        """Do what a user does."""
        kubectl("-n", self.namespace, "apply", "-f", "-", stdin=yaml.safe_dump_all(objects))

    def files(self, name: str, rows: int, *, poisoned: int = 0) -> None:
        """Put a CSV of so many real rows into a ConfigMap; `poisoned` of them below zero."""
        frame = load_breast_cancer(as_frame=True).frame.head(rows)
        names = frame["target"].map({0: "malignant", 1: "benign"})
        frame = frame[list(FEATURES)].assign(diagnosis=names)
        frame.loc[: poisoned - 1, "mean radius"] *= -1
        text = io.StringIO()
        frame.to_csv(text, index=False)
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name},
                "data": {"data.csv": text.getvalue()},
            }
        )

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """Return the object as it is stored."""
        found = kubectl("-n", self.namespace, "get", kind, name, "-o", "json")
        raw: dict[str, Any] = json.loads(found.stdout)
        return raw

    def list(self, kind: str) -> list[dict[str, Any]]:
        """Return all objects of the kind."""
        found = kubectl("-n", self.namespace, "get", kind, "-o", "json")
        items: list[dict[str, Any]] = json.loads(found.stdout)["items"]
        return items

    def condition(self, kind: str, name: str, type_: str) -> tuple[str, str]:
        """Return status and reason of the condition."""
        for condition in self.get(kind, name).get("status", {}).get("conditions", ()):
            if condition["type"] == type_:
                return condition["status"], condition["reason"]
        return "", ""

    def until(self, check: Callable[[], bool], what: str, seconds: float = 150) -> None:
        """Return once `check` is true; fail with the state of everything when it never is."""
        deadline = time.monotonic() + seconds
        while not check():
            if time.monotonic() > deadline:
                state = kubectl("-n", self.namespace, "get", "dset,tj,mv,jobs,pods").stdout
                log = (self.folder / "operator.log").read_text()[-3000:]
                raise AssertionError(f"never: {what}\n{state}\n{log}")
            time.sleep(0.5)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A namespace with a store, and the operator at work; gone afterwards."""
    namespace = f"training-{secrets.token_hex(4)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    place = {"apiVersion": "v1", "kind": "Namespace"}
    place |= {"metadata": {"name": namespace, "labels": labels}}  # type: ignore[dict-item]
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    kubectl("create", "-f", "-", stdin=yaml.safe_dump(place))
    run(sys.executable, "-m", "devcluster", "target", "volume", namespace, CLAIM, "1Gi")
    found = Yard(namespace, tmp_path_factory.mktemp("training"))
    found.environment = {
        **{key: value for key, value in os.environ.items() if "KUBE" not in key},
        "PYTHONPATH": str(ROOT / "operator"),
        "TRAINYARD_KUBECONFIG": kubeconfig(),
        "TRAINYARD_NAMESPACES": namespace,
        "TRAINYARD_OPERATOR_NAMESPACE": namespace,
        "TRAINYARD_LEADER_ELECTION": "false",
        "TRAINYARD_STORE": f"pvc://{CLAIM}",
        "TRAINYARD_PORT": str(free_port()),
    }
    found.start()
    yield found
    found.kill()
    kubectl("delete", "namespace", namespace, "--wait=false")


def _object(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name}
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def _dataset(name: str, **more: Any) -> dict[str, Any]:
    spec = {
        "source": {"configMap": {"name": name, "path": "data.csv"}},
        "target": "diagnosis",
        "checks": {"targetLeakage": "Warn"},
        **more,
    }
    return _object("Dataset", name, spec)


def _training_job(name: str, dataset: str, **more: Any) -> dict[str, Any]:
    spec = {
        "dataset": {"name": dataset},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
        "gates": [{"name": "good", "metric": "roc_auc", "min": "0.8"}],
        **more,
    }
    return _object("TrainingJob", name, spec)


def test_files_become_an_accepted_version_and_more_rows_the_next(yard: Yard) -> None:
    """ConfigMap → dataset version → run → gates → current; new rows start the next run; the
    operator is killed in the middle of it and nothing runs twice; then nothing moves any more.
    """
    brakes = {"cooldownSeconds": 0}
    retrain = {"onNewData": {"minNewRows": 50}, "brakes": brakes}
    yard.apply(_dataset("tumours"), _training_job("model", "tumours", retrain=retrain))
    yard.until(
        lambda: yard.condition("dataset", "tumours", "Reconciling") == ("True", "SourceNotFound"),
        "a missing ConfigMap is said to be missing",
    )
    yard.files("tumours", 300)
    yard.until(lambda: _current(yard, "model") != {}, "a first version is current")
    first = _current(yard, "model")

    yard.files("tumours", 500)
    request = "trainyard.dev/request=refresh@more"
    kubectl("-n", yard.namespace, "annotate", "dataset", "tumours", request)
    yard.until(lambda: len(_runs(yard, "model")) == 2, "more rows start a run")
    yard.kill()
    yard.start()
    yard.until(
        lambda: _current(yard, "model") not in ({}, first), "the run ends after the operator's end"
    )
    runs = _runs(yard, "model")
    assert [run_["cause"]["kind"] for run_ in runs] == ["NewData", "FirstRun"]
    assert [run_["phase"] for run_ in runs] == ["Succeeded", "Succeeded"]
    assert len(yard.list("modelversions")) == 2
    assert float(runs[0]["metrics"]["roc_auc"]) > 0.8

    before = _versions(yard)
    time.sleep(10)
    assert before == _versions(yard)


def test_poisoned_rows_are_refused_by_column_and_row(yard: Yard) -> None:
    """The last good version stays Ready; the condition has check, column, count and examples."""
    yard.files("poison", 200)
    yard.apply(_dataset("poison", columns=COLUMNS))
    yard.until(
        lambda: yard.condition("dataset", "poison", "Ready") == ("True", "VersionFound"),
        "good rows are a version",
    )
    yard.files("poison", 200, poisoned=5)
    request = "trainyard.dev/request=refresh@poison"
    kubectl("-n", yard.namespace, "annotate", "dataset", "poison", request)
    yard.until(
        lambda: yard.condition("dataset", "poison", "DataValid") == ("False", "DataRefused"),
        "poisoned rows are refused",
    )
    assert yard.condition("dataset", "poison", "Ready") == ("True", "VersionFound")
    (failure,) = yard.get("dataset", "poison")["status"]["lastLook"]["failures"]
    assert (failure["check"], failure["column"], failure["count"]) == ("Range", "mean radius", 5)
    assert len(failure["examples"]) == 3


def test_a_wrong_parameter_is_a_condition(yard: Yard) -> None:
    """One Job, one message, no crash loop."""
    yard.files("wrong", 200)
    recipe = {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"depth": 3}}
    yard.apply(_dataset("wrong"), _training_job("wrong-model", "wrong", estimator=recipe))
    yard.until(
        lambda: (
            yard.condition("trainingjob", "wrong-model", "Stalled") == ("True", "RecipeInvalid")
        ),
        "the recipe is said to be wrong",
    )
    (failed,) = _runs(yard, "wrong-model")
    assert (failed["fault"], failed["reason"]) == ("User", "ParameterInvalid")
    assert "depth" in failed["message"]


TRAINER = """
import json, os
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression
frame = pd.read_parquet(os.environ["TRAINYARD_DATA"] + "/train.parquet")
target = os.environ["TRAINYARD_TARGET"]
assert not os.path.exists("/trainyard/answers"), "answers are in sight"
assert not [n for n in os.environ if "STORE" in n or "AWS" in n], "credentials are in sight"
model = LogisticRegression(C=float(os.environ["TRAINYARD_PARAMETER_STRENGTH"]), max_iter=500)
model.fit(frame.drop(columns=[target]), frame[target])
skops.io.dump(model, os.environ["TRAINYARD_OUTPUT"] + "/model.skops")
json.dump({"own_metric": 3}, open(os.environ["TRAINYARD_OUTPUT"] + "/metrics.json", "w"))
"""


def test_a_users_container_trains(yard: Yard) -> None:
    """It sees the train rows, its parameters and neither credentials nor answers; its own metric
    is recorded, and a tag instead of a digest is a warning.
    """
    container = {
        "image": "docker.io/trainyard/training:dev",
        "command": ["python", "-c", TRAINER],
        "env": [{"name": "STRENGTH", "value": "0.5"}],
    }
    gate = {"name": "own", "metric": "own_metric", "min": "3"}
    job = _training_job("own-model", "own", container=container, gates=[gate])
    del job["spec"]["estimator"]
    yard.files("own", 300)
    yard.apply(_dataset("own"), job)
    yard.until(lambda: _current(yard, "own-model") != {}, "the container's model is accepted")
    (run_,) = _runs(yard, "own-model")
    assert run_["metrics"]["own_metric"] == "3"
    assert float(run_["metrics"]["roc_auc"]) > 0.8
    assert yard.condition("trainingjob", "own-model", "ImageNotPinned")[0] == "True"


def test_an_imported_model_passes_the_same_gates(yard: Yard) -> None:
    """A file from elsewhere becomes a ModelVersion; a file with another digest is refused."""
    path = yard.folder / "model.onnx"
    path.write_bytes(_onnx_model())
    found = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    kubectl("-n", yard.namespace, "create", "configmap", "onnx", f"--from-file={path}")
    yard.files("import", 300)
    yard.apply(_dataset("import"))
    for name, digest in (("good-import", found), ("bad-import", f"sha256:{'0' * 64}")):
        source = {"configMap": {"name": "onnx", "path": "model.onnx"}}
        imported = {"source": source, "format": "Onnx", "digest": digest}
        job = _training_job(name, "import", **{"import": imported})
        del job["spec"]["estimator"]
        yard.apply(job)
    yard.until(lambda: _current(yard, "good-import") != {}, "the imported model is accepted")
    yard.until(
        lambda: yard.condition("trainingjob", "bad-import", "Stalled") == ("True", "RecipeInvalid"),
        "another digest is refused",
    )
    (refused,) = _runs(yard, "bad-import")
    assert refused["reason"] == "DigestMismatch"


def _onnx_model() -> bytes:
    """Return a model trained outside, on the same columns."""
    frame = load_breast_cancer(as_frame=True).frame
    names = frame["target"].map({0: "malignant", 1: "benign"})
    model = LogisticRegression(max_iter=500).fit(frame[list(FEATURES)].to_numpy(), names)
    shape = [("input", DoubleTensorType([None, len(FEATURES)]))]
    made: bytes = to_onnx(model, initial_types=shape, options={"zipmap": False}).SerializeToString()
    return made


def _runs(yard: Yard, name: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = yard.get("trainingjob", name).get("status", {}).get("runs", [])
    return runs


def _current(yard: Yard, name: str) -> dict[str, Any]:
    current: dict[str, Any] = yard.get("trainingjob", name).get("status", {}).get("current", {})
    return current


def _versions(yard: Yard) -> dict[str, str]:
    """Return the resource versions of the flow's objects: a settled system writes nothing."""
    kinds = ("datasets", "trainingjobs", "modelversions", "jobs")
    found = [raw for kind in kinds for raw in yard.list(kind)]
    return {f"{o['kind']}/{o['metadata']['name']}": o["metadata"]["resourceVersion"] for o in found}
