"""XGBoost and LightGBM on the real node: from a CSV with holes to answers, by the small image."""

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
    FEATURES,
    csv_of,
    dataset,
    deployment,
    training_job,
    tumours,
)

from modelbundle.rows import frame_for_model

pytestmark = [pytest.mark.cluster]

RECIPES = {
    "lightgbm": {
        "class": "lightgbm.LGBMClassifier",
        "parameters": {"n_estimators": 60, "early_stopping_rounds": 10, "class_weight": "balanced"},
    },
    "xgboost": {
        "class": "xgboost.XGBClassifier",
        "parameters": {"n_estimators": 40, "max_depth": 4, "scale_pos_weight": 2},
    },
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """One Dataset; for each recipe a TrainingJob and the ModelDeployment that follows it."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "boost") as place:
        place.store.write("raw/tumours.csv", csv_of(_with_holes()).encode())
        numbers = [{"name": n, "type": "Float", "maxMissingPercent": 20} for n in FEATURES]
        columns = [{"name": "diagnosis", "type": "Category"}, *numbers]
        source = {"s3": {"path": "raw/tumours.csv"}}
        place.yard.apply(
            dataset("tumours", source, columns=columns),
            *(training_job(name, "tumours", estimator=recipe) for name, recipe in RECIPES.items()),
            *(deployment(name) for name in RECIPES),
        )
        yield place


def _with_holes() -> pd.DataFrame:
    frame = tumours()
    names = list(FEATURES)
    gone = np.random.default_rng(0).random(frame[names].shape) < 0.1
    return frame.assign(**dict(frame[names].mask(gone)))


@pytest.mark.parametrize("name", list(RECIPES))
def test_it_answers_as_the_library(place: BucketYard, name: str, tmp_path: Path) -> None:
    """Every row, holes included: the labels of the library, its probabilities within 1e-5."""
    model, signature = place.accepted(name, tmp_path)
    assert place.yard.state().current(name)["runtime"] == "onnx"
    frame = frame_for_model(_with_holes()[list(FEATURES)], signature.features)
    address = place.ready(name)
    labels, probabilities = _asked(f"http://{address}/v2/models/{name}/infer", frame)
    assert model.predict(frame).tolist() == labels["data"]
    found = np.reshape(probabilities["data"], (len(frame), 2))
    np.testing.assert_allclose(found, model.predict_proba(frame), atol=1e-5)


def _asked(url: str, frame: pd.DataFrame) -> Any:
    cells = [None if np.isnan(cell) else cell for cell in frame.to_numpy().ravel().tolist()]
    tensor = {"name": "input", "datatype": "FP64", "shape": list(frame.shape), "data": cells}
    body = json.dumps({"inputs": [tensor]}).encode()
    with urllib.request.urlopen(url, body, timeout=30) as answer:
        return json.load(answer)["outputs"]
