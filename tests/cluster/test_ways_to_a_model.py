"""Ways to a model on the real node: workers share a fit, gates ask, a file is handed over."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import FEATURES, Object, csv_of, dataset, deployment, training_job, tumours
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

pytestmark = [pytest.mark.cluster]

TREES = {"class": "xgboost.XGBClassifier", "parameters": {"n_estimators": 20}}
LINEAR = {"class": "sklearn.linear_model.LogisticRegression"}
BEHAVIOURS = [
    {
        "name": "the texture moves no chance by much",
        "change": {"column": "mean texture", "add": "0.01"},
        "tolerance": "0.01",
    },
    {
        "name": "a large tumour",
        "cases": [
            {"inputs": dict(zip(FEATURES, (28, 30, 0.12), strict=True)), "expected": "malignant"}
        ],
    },
]
GATES = [
    {"name": "good", "metric": "roc_auc", "min": "0.8"},
    {"name": "honest", "metric": "calibration_error", "max": "0.2"},
    {"name": "sane", "behaviour": {"configMap": {"name": "behaviours"}}},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """One Dataset and a recipe of each kind, all of them at work at once."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "ways") as place:
        place.store.write("raw/tumours.csv", csv_of(tumours()).encode())
        place.store.write("handed-over/linear.skops", handed_over())
        place.yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}),
            training_job("alone", "tumours", estimator=TREES),
            training_job("shared", "tumours", estimator=TREES, distributed={"workers": 2}),
            training_job(
                "judged",
                "tumours",
                estimator={**LINEAR, "calibration": {"method": "Sigmoid"}},
                gates=GATES,
            ),
            a_config_map("behaviours", {"tumours.json": json.dumps(BEHAVIOURS)}),
            handed_in(),
            deployment("handed"),
        )
        yield place


def model() -> Any:
    """One that was fitted elsewhere."""
    frame = tumours()
    fitted = make_pipeline(StandardScaler(), LogisticRegression())
    return fitted.fit(frame[list(FEATURES)], frame["diagnosis"])


@cache
def handed_over() -> bytes:
    """Its file, which holds the time at which it was written."""
    found: bytes = skops.io.dumps(model())
    return found


def handed_in() -> Object:
    """Three lines below `spec`."""
    digest = f"sha256:{hashlib.sha256(handed_over()).hexdigest()}"
    found = training_job("handed", "")
    source = {"s3": {"path": "handed-over/linear.skops"}}
    return {**found, "spec": {"import": {"source": source, "digest": digest}}}


def a_config_map(name: str, data: dict[str, str]) -> Object:
    """What gates read."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_a_shared_fit_gives_the_model_of_one_pod(place: BucketYard, tmp_path: Path) -> None:
    """On rows that are one part; and nothing of the workers stays."""
    rows = tumours()[list(FEATURES)]
    alone, shared = (
        place.accepted(name, tmp_path / name)[0].predict_proba(rows) for name in ("alone", "shared")
    )
    np.testing.assert_allclose(shared, alone, atol=1e-6)
    own = f"job.batch/{place.yard.state().runs('shared')[0]['name']}"
    asked = ("get", "svc,netpol,job", "-l", "trainyard.dev/trainingjob=shared", "-o", "name")
    place.yard.until(
        "of the workers nothing is left, of the run its Job for the log",
        lambda _: place.yard.kubectl(*asked).split() == [own],
    )


def test_gates_of_behaviour_and_calibration_pass(place: BucketYard) -> None:
    """Both are asked in the pod, behind a calibration that the recipe names."""
    place.yard.until(
        "it is judged", lambda s: s.condition("TrainingJob", "judged", "Ready").status == "True"
    )
    name = place.yard.state().current("judged")["name"]
    evaluation = place.yard.state().status("ModelVersion", name)["evaluations"][0]
    said = {gate["name"]: gate["outcome"] for gate in evaluation["gates"]}
    assert dict.fromkeys(("good", "honest", "sane"), "Passed") == said, evaluation


def test_a_file_is_served(place: BucketYard) -> None:
    """With its own columns and labels."""
    rows = tumours().head(20)[list(FEATURES)]
    address = place.ready("handed")
    cells = rows.to_numpy().ravel().tolist()
    tensor = {"name": "input", "datatype": "FP64", "shape": list(rows.shape), "data": cells}
    url = f"http://{address}/v2/models/handed/infer"
    with urllib.request.urlopen(url, json.dumps({"inputs": [tensor]}).encode(), timeout=30) as got:
        labels = json.load(got)["outputs"][0]["data"]
    assert model().predict(rows).tolist() == labels
