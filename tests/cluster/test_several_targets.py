"""A regression of two targets on the real node: from declared columns to the server's answer."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cluster.model_yard import (
    Bucket,
    ModelYard,
    Object,
    csv_of,
    dataset,
    deployment,
    local_bucket,
    model_yard,
    training_job,
)
from cluster_access import kubectl
from sklearn.datasets import load_diabetes

from modelbundle.loading import load_estimator
from modelbundle.manifest import FORMAT_FILES
from modelbundle.packing import verify
from modelbundle.publishing import fetch

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

SECRET = "trainyard-store"
FEATURES = ("bmi", "bp", "s5")
TARGETS = ("progression", "next_year")
RECIPES = {
    "linear": {"class": "sklearn.linear_model.Ridge"},
    "boosting": {
        "class": "sklearn.ensemble.HistGradientBoostingRegressor",
        "parameters": {"max_iter": 9},
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace with an operator, and its bucket."""

    yard: ModelYard
    bucket: Bucket


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One Dataset; for each recipe a TrainingJob and the ModelDeployment that follows it."""
    bucket = local_bucket()
    with model_yard(tmp_path_factory.mktemp("yard"), bucket.settings("stores"), ["two"]) as yard:
        yard.secret(SECRET, bucket.keys)
        path = "raw/patients.csv"
        bucket.store(f"stores/default/{yard.namespace}").write(path, csv_of(_patients()).encode())
        columns = [
            *({"name": name, "type": "Float"} for name in (*FEATURES, TARGETS[0])),
            {"name": TARGETS[1], "type": "Float", "role": "Target"},
        ]
        source = {"s3": {"path": path}}
        gates = [{"name": "good", "metric": "r2", "min": "0.2"}]
        yard.apply(
            dataset("patients", source, target=TARGETS[0], columns=columns),
            *(
                training_job(name, "patients", estimator=recipe, gates=gates)
                for name, recipe in RECIPES.items()
            ),
            *(deployment(name) for name in RECIPES),
        )
        yield Place(yard, bucket)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("linear", id="an estimator of several targets"),
        pytest.param("boosting", id="one estimator per target"),
    ],
)
def test_both_targets_are_trained_and_served(place: Place, name: str, tmp_path: Path) -> None:
    """One tensor, rows by targets, with the numbers of the estimator in the bundle."""
    yard = place.yard
    version = yard.until("a version is accepted", lambda s: s.current(name) != {}).current(name)
    store = place.bucket.store(f"stores/default/{yard.namespace}")
    fetch(store, version["bundleDigest"], tmp_path)
    assert TARGETS == verify(tmp_path, version["bundleDigest"]).signature.targets
    estimator = load_estimator(tmp_path / FORMAT_FILES["skops"], None)
    rows = _patients()[list(FEATURES)].head(7)
    expected = estimator.predict(rows)

    ready = ("wait", f"mdep/{name}", "--for=condition=Ready", "--timeout=120s")
    kubectl("-n", yard.namespace, *ready)
    address = yard.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")
    model = f"http://{address}/v2/models/{name}"
    (output,) = _asked(model)["outputs"]
    assert ("predictions", "FP64", [-1, 2]) == (
        output["name"],
        output["datatype"],
        output["shape"],
    )
    tensor = {
        "name": "input",
        "datatype": "FP64",
        "shape": [7, 3],
        "data": rows.to_numpy().tolist(),
    }
    (answer,) = _asked(f"{model}/infer", {"inputs": [tensor]})["outputs"]
    assert [7, 2] == answer["shape"]
    np.testing.assert_allclose(np.reshape(answer["data"], (7, 2)), expected, rtol=1e-5)
    instances = {"instances": rows.head(1).to_numpy().tolist()}
    (first,) = _asked(f"http://{address}/v1/models/{name}:predict", instances)["predictions"]
    assert answer["data"][:2] == first


def _patients() -> pd.DataFrame:
    """442 real patients; the second number follows from the first and a feature."""
    frame = load_diabetes(as_frame=True).frame.rename(columns={"target": TARGETS[0]})
    frame[TARGETS[1]] = frame[TARGETS[0]] / 10 + 40 * frame["bmi"]
    return frame[[*FEATURES, *TARGETS]]


def _asked(url: str, body: Object | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(url, content, timeout=10) as answer:
        return json.load(answer)
