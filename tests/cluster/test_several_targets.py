"""Two targets on the real node, numbers and labels: from declared columns to the answer."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import (
    Object,
    csv_of,
    dataset,
    deployment,
    training_job,
)
from sklearn.datasets import load_diabetes, load_wine

pytestmark = [pytest.mark.cluster]

FEATURES = ("bmi", "bp", "s5")
TARGETS = ("progression", "next_year")
PROPERTIES = ("alcohol", "color_intensity", "hue", "proline")
LABELS = ("cultivar", "depth")
CLASSES = [["c0", "c1", "c2"], ["deep", "pale"]]
RECIPES = {
    "linear": {"class": "sklearn.linear_model.Ridge"},
    "boosting": {
        "class": "sklearn.ensemble.HistGradientBoostingRegressor",
        "parameters": {"max_iter": 9},
    },
}
CLASSIFIERS = {
    "logistic": {"class": "sklearn.linear_model.LogisticRegression"},
    "forest": {
        "class": "sklearn.ensemble.RandomForestClassifier",
        "parameters": {"n_estimators": 9},
    },
    "neighbours": {"class": "sklearn.neighbors.KNeighborsClassifier"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """Two Datasets; for each recipe a TrainingJob and the ModelDeployment that follows it."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "two") as place:
        for name, frame in (("patients", _patients()), ("wines", _wines())):
            place.store.write(f"raw/{name}.csv", csv_of(frame).encode())
        good, right = ([{"name": "good", "metric": m, "min": "0.2"}] for m in ("r2", "accuracy"))
        place.yard.apply(
            _dataset("patients", FEATURES, TARGETS, "Float"),
            _dataset("wines", PROPERTIES, LABELS, "Category"),
            *(
                training_job(name, "patients", estimator=recipe, gates=good)
                for name, recipe in RECIPES.items()
            ),
            *(
                training_job(name, "wines", estimator=recipe, gates=right)
                for name, recipe in CLASSIFIERS.items()
            ),
            *(deployment(name) for name in (*RECIPES, *CLASSIFIERS)),
        )
        yield place


def _dataset(name: str, features: tuple[str, ...], targets: tuple[str, str], kind: str) -> Object:
    columns = [
        *({"name": feature, "type": "Float"} for feature in features),
        {"name": targets[0], "type": kind},
        {"name": targets[1], "type": kind, "role": "Target"},
    ]
    source = {"s3": {"path": f"raw/{name}.csv"}}
    return dataset(name, source, target=targets[0], columns=columns)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("linear", id="an estimator of several targets"),
        pytest.param("boosting", id="one estimator per target"),
    ],
)
def test_both_targets_are_trained_and_served(place: BucketYard, name: str, tmp_path: Path) -> None:
    """One tensor, rows by targets, with the numbers of the estimator in the bundle."""
    estimator, signature = place.accepted(name, tmp_path)
    assert TARGETS == signature.targets
    rows = _patients()[list(FEATURES)].head(7)
    expected = estimator.predict(rows)

    address = place.ready(name)
    model = f"http://{address}/v2/models/{name}"
    (output,) = _asked(model)["outputs"]
    assert ("predictions", "FP64", [-1, 2]) == (
        output["name"],
        output["datatype"],
        output["shape"],
    )
    (answer,) = _asked(f"{model}/infer", _question(rows))["outputs"]
    assert [7, 2] == answer["shape"]
    np.testing.assert_allclose(np.reshape(answer["data"], (7, 2)), expected, rtol=1e-5)
    instances = {"instances": rows.head(1).to_numpy().tolist()}
    (first,) = _asked(f"http://{address}/v1/models/{name}:predict", instances)["predictions"]
    assert answer["data"][:2] == first


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("forest", id="trees of several targets, by ONNX"),
        pytest.param("neighbours", id="neighbours of several targets, by scikit-learn"),
        pytest.param("logistic", id="one estimator per target"),
    ],
)
def test_both_labels_are_trained_and_served(place: BucketYard, name: str, tmp_path: Path) -> None:
    """Labels, rows by targets; the probabilities of both side by side, as the metadata splits."""
    estimator, signature = place.accepted(name, tmp_path)
    assert (LABELS, CLASSES) == (signature.targets, [*map(list, signature.classes_by_target)])
    rows = _wines()[list(PROPERTIES)].head(9)
    expected = np.hstack(estimator.predict_proba(rows))

    address = place.ready(name)
    model = f"http://{address}/v2/models/{name}"
    labels, probabilities = _asked(model)["outputs"]
    assert ("BYTES", [-1, 2]) == (labels["datatype"], labels["shape"])
    assert [-1, 5] == probabilities["shape"]
    told = {key: json.loads(value) for key, value in probabilities["parameters"].items()}
    assert {"targets": list(LABELS), "classes": CLASSES} == told
    labels, probabilities = _asked(f"{model}/infer", _question(rows))["outputs"]
    assert ([9, 2], [9, 5]) == (labels["shape"], probabilities["shape"])
    assert estimator.predict(rows).ravel().tolist() == labels["data"]
    np.testing.assert_allclose(np.reshape(probabilities["data"], (9, 5)), expected, atol=1e-5)
    instances = {"instances": rows.head(1).to_numpy().tolist()}
    (first,) = _asked(f"http://{address}/v1/models/{name}:predict", instances)["predictions"]
    assert labels["data"][:2] == first


def _question(rows: pd.DataFrame) -> Object:
    data = rows.to_numpy().tolist()
    return {
        "inputs": [{"name": "input", "datatype": "FP64", "shape": list(rows.shape), "data": data}]
    }


def _wines() -> pd.DataFrame:
    """178 real wines in an order without meaning; the second label follows from two properties."""
    frame = load_wine(as_frame=True).frame
    frame["cultivar"] = [f"c{number}" for number in frame["target"]]
    frame["depth"] = np.where(frame["color_intensity"] + frame["hue"] > 5.5, "deep", "pale")
    return frame[[*PROPERTIES, *LABELS]].sample(frac=1, random_state=0)


def _patients() -> pd.DataFrame:
    """442 real patients; the second number follows from the first and a feature."""
    frame = load_diabetes(as_frame=True).frame.rename(columns={"target": TARGETS[0]})
    frame[TARGETS[1]] = frame[TARGETS[0]] / 10 + 40 * frame["bmi"]
    return frame[[*FEATURES, *TARGETS]]


def _asked(url: str, body: Object | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(url, content, timeout=60) as answer:
        return json.load(answer)
