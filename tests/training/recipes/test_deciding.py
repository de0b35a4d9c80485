"""Calibration and thresholds, from a recipe to the answers of what serves it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import training_pod
from training_pod import Pod, estimator
from training_runs import LIGHTGBM, XGBOOST, run

from modelbundle.loading import chosen_runtime, load_estimator, load_runtime
from modelbundle.manifest import FORMAT_FILES
from modelbundle.packing import verify
from modelbundle.rows import frame_of_rows, rows_of_frame

TUMOURS = training_pod.tumours()
LOGISTIC = estimator("linear_model.LogisticRegression", max_iter=3000, class_weight="balanced")
TREES = estimator("ensemble.RandomForestClassifier", n_estimators=12)
SURE = {"class": "M", "value": "0.8"}


def _with(recipe: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"estimator": {**recipe["estimator"], **more}}


@pytest.mark.parametrize(
    ("recipe", "threshold"),
    [
        pytest.param(
            _with(LOGISTIC, calibration={"method": "Sigmoid", "folds": 3}, threshold=SURE),
            0.8,
            id="calibrated, fixed",
        ),
        pytest.param(
            _with(TREES, calibration={"method": "Isotonic", "folds": 2}), None, id="rising"
        ),
        pytest.param(
            _with(TREES, threshold={"class": "B", "metric": "f1"}), ..., id="chosen for the other"
        ),
        pytest.param(_with(LIGHTGBM, threshold=SURE), 0.8, id="LightGBM"),
        pytest.param(_with(XGBOOST, threshold=SURE), 0.8, id="XGBoost"),
    ],
)
def test_what_serves_answers_as_the_model_itself(
    pod: Pod, recipe: dict[str, Any], threshold: Any
) -> None:
    """The same labels for every row, and probabilities within 1e-5, by ONNX, on raw columns."""
    ended = run(pod, TUMOURS, recipe)
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    manifest = verify(folder, ended.document["bundle"])
    assert "onnx" in manifest.formats
    features = manifest.signature.features
    rows = rows_of_frame(TUMOURS.frame, features)
    model = load_estimator(folder / FORMAT_FILES["skops"], None)
    frame = frame_of_rows(rows, features)
    labels, shares = model.predict(frame), model.predict_proba(frame)
    served = load_runtime(folder, manifest, chosen_runtime(folder, manifest)).predict(rows)
    assert labels.tolist() == served.values.tolist()
    assert served.probabilities is not None
    np.testing.assert_allclose(served.probabilities, shares, atol=1e-5)
    if threshold is None:
        return
    asked = recipe["estimator"]["threshold"]["class"]
    last = getattr(model, "steps", [("", model)])[-1][1]
    limit = last.threshold if threshold is ... else threshold
    above = shares[:, list(model.classes_).index(asked)] >= limit
    assert [asked if more else "BM".replace(asked, "") for more in above] == labels.tolist()
    if threshold is not ...:
        assert not np.array_equal(above, shares[:, list(model.classes_).index(asked)] >= 0.5)


@pytest.mark.parametrize(
    ("recipe", "table", "said"),
    [
        pytest.param(
            _with(LOGISTIC, threshold={"class": "yes", "value": "0.5"}),
            TUMOURS,
            "threshold.class is yes, and the target has the classes B, M",
            id="no such class",
        ),
        pytest.param(
            _with(TREES, threshold={"class": "1", "value": "0.5"}),
            training_pod.wines(),
            "a threshold divides two classes",
            id="three classes",
        ),
        pytest.param(
            _with(LIGHTGBM, calibration={"method": "Sigmoid", "folds": 2}),
            TUMOURS,
            "calibration of LGBMClassifier is not converted",
            id="boosted trees",
        ),
        pytest.param(
            _with(
                estimator("linear_model.LogisticRegression", class_weight={"M": 3}),
                calibration={"method": "Sigmoid", "folds": 2},
            ),
            TUMOURS,
            "say class_weight: balanced",
            id="named weights",
        ),
        pytest.param(
            _with(estimator("linear_model.Ridge"), calibration={"method": "Sigmoid", "folds": 2}),
            training_pod.diabetes(),
            "calibration is of classifiers of one target",
            id="a number",
        ),
    ],
)
def test_what_cannot_be_decided_is_refused(
    pod: Pod, recipe: dict[str, Any], table: training_pod.Table, said: str
) -> None:
    """With what was found."""
    ended = run(pod, table, recipe)
    assert "ParameterInvalid" == ended.document["reason"]
    assert said in ended.document["message"]
