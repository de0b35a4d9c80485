"""XGBoost and LightGBM on the real node: from a CSV with holes to answers, by the small image."""

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
    FEATURES,
    Bucket,
    ModelYard,
    csv_of,
    dataset,
    deployment,
    local_bucket,
    model_yard,
    training_job,
    tumours,
)
from cluster_access import kubectl

from modelbundle.loading import load_estimator
from modelbundle.manifest import FORMAT_FILES
from modelbundle.packing import verify
from modelbundle.publishing import fetch
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


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace with an operator, and its bucket."""

    yard: ModelYard
    bucket: Bucket


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One Dataset; for each recipe a TrainingJob and the ModelDeployment that follows it."""
    bucket = local_bucket()
    with model_yard(tmp_path_factory.mktemp("yard"), bucket.settings("stores"), ["boost"]) as yard:
        yard.secret("trainyard-store", bucket.keys)
        store = bucket.store(f"stores/default/{yard.namespace}")
        store.write("raw/tumours.csv", csv_of(_with_holes()).encode())
        numbers = [{"name": n, "type": "Float", "maxMissingPercent": 20} for n in FEATURES]
        columns = [{"name": "diagnosis", "type": "Category"}, *numbers]
        source = {"s3": {"path": "raw/tumours.csv"}}
        yard.apply(
            dataset("tumours", source, columns=columns),
            *(training_job(name, "tumours", estimator=recipe) for name, recipe in RECIPES.items()),
            *(deployment(name) for name in RECIPES),
        )
        yield Place(yard, bucket)


def _with_holes() -> pd.DataFrame:
    frame = tumours()
    names = list(FEATURES)
    gone = np.random.default_rng(0).random(frame[names].shape) < 0.1
    return frame.assign(**dict(frame[names].mask(gone)))


@pytest.mark.parametrize("name", list(RECIPES))
def test_it_answers_as_the_library(place: Place, name: str, tmp_path: Path) -> None:
    """Every row, holes included: the labels of the library, its probabilities within 1e-5."""
    yard = place.yard
    version = yard.until("a version is accepted", lambda s: s.current(name) != {}).current(name)
    assert "onnx" == version["runtime"]
    fetch(place.bucket.store(f"stores/default/{yard.namespace}"), version["bundleDigest"], tmp_path)
    signature = verify(tmp_path, version["bundleDigest"]).signature
    model = load_estimator(tmp_path / FORMAT_FILES["skops"], None)
    frame = frame_for_model(_with_holes()[list(FEATURES)], signature.features)
    kubectl(
        *("-n", yard.namespace, "wait", f"mdep/{name}", "--for=condition=Ready"), "--timeout=600s"
    )
    address = yard.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")
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
