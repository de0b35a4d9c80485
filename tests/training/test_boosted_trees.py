"""Boosted trees from a recipe to a bundle: what serves answers as the library itself does."""

from __future__ import annotations

import json
from typing import Any

import lightgbm
import numpy as np
import pytest
import training_pod
import xgboost
from documented import documented
from training_pod import Pod, Table
from training_runs import run

from modelbundle.loading import chosen_runtime, load_runtime
from modelbundle.packing import verify
from modelbundle.rows import rows_of_frame

PAGE = "docs/how-to/train-boosted-trees.md"


def _recipe(path: str, mode: str = "Auto", **parameters: Any) -> dict[str, Any]:
    described = {"class": path, "parameters": {"n_estimators": 20, **parameters}}
    return {"estimator": {**described, "preprocessing": {"mode": mode}}}


def _with_holes(table: Table) -> Table:
    frame = table.frame.copy()
    numbers = [name for name in frame.columns if name != table.target]
    frame[numbers] = frame[numbers].mask(
        np.random.default_rng(0).random(frame[numbers].shape) < 0.1
    )
    return Table(frame, table.target, table.kinds, table.roles)


TABLES = {
    "two texts": training_pod.tumours(),
    "three numbers": training_pod.wines(),
    "with holes": _with_holes(training_pod.tumours()),
    "a number": training_pod.diabetes(),
}


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("xgboost.XGBClassifier", "two texts"),
        ("xgboost.XGBClassifier", "with holes"),
        ("xgboost.XGBRegressor", "a number"),
        ("lightgbm.LGBMClassifier", "two texts"),
        ("lightgbm.LGBMClassifier", "three numbers"),
        ("lightgbm.LGBMClassifier", "with holes"),
        ("lightgbm.LGBMRegressor", "a number"),
    ],
)
def test_it_answers_as_the_library(pod: Pod, path: str, table: str) -> None:
    """Labels of the test rows exactly, probabilities and numbers within 1e-5, by ONNX."""
    given = TABLES[table]
    ended = run(pod, given, _recipe(path))
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    manifest = verify(folder, ended.document["bundle"])
    name = chosen_runtime(folder, manifest)
    record = json.loads((folder / "about" / "runtimes.json").read_text())
    assert ("onnx", 0) == (name, record["verified"]["disagreements"])
    split = round(len(given.frame) * 0.75)
    features = given.frame.drop(columns=given.target).to_numpy()
    if path.startswith("lightgbm"):
        features = features.astype(np.float32).astype(np.float64)
    answers = given.frame[given.target].to_numpy()
    found = load_runtime(folder, manifest, name).predict(
        rows_of_frame(given.frame.iloc[split:], manifest.signature.features)
    )
    values, probabilities = _by_the_library(path, features, answers, split)
    if probabilities is None:
        np.testing.assert_allclose(found.values.astype(float), values, rtol=1e-5)
        return
    assert values.tolist() == found.values.tolist()
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, probabilities, atol=1e-5)


def _by_the_library(path: str, features: Any, answers: Any, split: int) -> tuple[Any, Any]:
    """What the library says alone, with the parameters of the recipe."""
    train, test = features[:split], features[split:]
    if path == "xgboost.XGBRegressor":
        number = xgboost.XGBRegressor(n_estimators=20, random_state=7).fit(train, answers[:split])
        return number.predict(test), None
    if path == "lightgbm.LGBMRegressor":
        number = lightgbm.LGBMRegressor(n_estimators=20, random_state=7, verbosity=-1)
        return number.fit(train, answers[:split]).predict(test), None
    classes, places = np.unique(answers, return_inverse=True)
    model: Any = (
        xgboost.XGBClassifier(n_estimators=20, random_state=7)
        if path.startswith("xgboost")
        else lightgbm.LGBMClassifier(n_estimators=20, random_state=7, verbosity=-1)
    )
    model.fit(train, places[:split])
    return classes[model.predict(test)], model.predict_proba(test)


def _two_targets(table: Table, name: str, values: list[Any], kind: str) -> Table:
    frame = table.frame.assign(**{name: values})
    kinds, roles = {**table.kinds, name: kind}, {**table.roles, name: "Target"}
    return Table(frame, table.target, kinds, roles)


@pytest.mark.parametrize("library", ["lightgbm.LGBM", "xgboost.XGB"])
@pytest.mark.parametrize("kind", ["Classifier", "Regressor"])
def test_several_targets(pod: Pod, library: str, kind: str) -> None:
    """One model per target, labels with row weights and numbers, served by ONNX."""
    table = training_pod.mixed(160) if kind == "Classifier" else training_pod.diabetes()
    count = len(table.frame)
    values: list[Any] = [number % 7 / 3.0 for number in range(count)]
    if kind == "Classifier":
        values = [f"k{number % 2}" for number in range(count)]
    second = "Category" if kind == "Classifier" else "Float"
    ended = run(pod, _two_targets(table, "second", values, second), _recipe(f"{library}{kind}"))
    assert (0, "onnx") == (ended.code, ended.document.get("serves")), ended.document


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("lightgbm.LGBMClassifier", {"class_weight": {"c1": 3}, "early_stopping_rounds": 3}),
        ("xgboost.XGBClassifier", {"early_stopping_rounds": 3}),
    ],
)
def test_the_same_bytes_with_more_threads(
    pod: Pod, path: str, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts, flags, weights, holes: one digest on a machine with one processor and with two."""
    digests = set()
    for processors in (1, 2):
        monkeypatch.setattr("trainer.fit.usable_processors", lambda count=processors: count)
        ended = run(pod, training_pod.mixed(200), _recipe(path, **parameters))
        assert 0 == ended.code, ended.document
        digests.add(ended.document["bundle"])
    assert 1 == len(digests)


def test_the_page(pod: Pod) -> None:
    """The recipes of the page train as they stand there, and ONNX serves them."""
    recipes = [d["spec"] for _, d in documented(PAGE) if d["kind"] == "TrainingJob"]
    assert len(recipes) == 2
    for spec in recipes:
        ended = run(pod, _with_holes(training_pod.tumours()), {"estimator": spec["estimator"]})
        assert (0, "onnx") == (ended.code, ended.document["serves"]), ended.document


def test_what_does_not_convert_is_refused(pod: Pod) -> None:
    """No server has the library: the run ends with what to do."""
    ended = run(pod, TABLES["a number"], _recipe("xgboost.XGBRegressor", booster="gblinear"))
    assert (13, "ModelNotServable") == (ended.code, ended.document["reason"])
    assert "bring a container that writes model.onnx" in ended.document["message"]
