"""Classifiers of several targets, from the data to the bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import training_pod
from sklearn import metrics
from training_pod import Pod, Table, estimator, store_dataset, train_task

from modelbundle.example import read_example
from modelbundle.loading import RuntimeName, load_estimator, load_runtime
from modelbundle.manifest import FORMAT_FILES, Manifest
from modelbundle.packing import verify
from modelbundle.prediction import Prediction, probabilities_by_target
from modelbundle.reference_profile import TextBins, read_profile
from modelbundle.rows import frame_of_rows, rows_of_frame
from modelserver.self_test import self_test

SMALL: dict[str, Any] = {"n_estimators": 8, "max_depth": 5}


def _texts() -> Table:
    """Wines: three cultivars and two depths of colour, as texts."""
    table = training_pod.wines()
    deep = table.frame["color_intensity"] + table.frame["hue"] > 5.5
    table.frame["depth"] = np.where(deep, "deep", "a pale one")
    table.frame["cultivar"] = [f"c{number}" for number in table.frame["cultivar"]]
    kinds = {**table.kinds, "cultivar": "Category", "depth": "Category"}
    return Table(table.frame, "cultivar", kinds, {"depth": "Target"})


def _integers() -> Table:
    """Wines: three cultivars, and a grade of four."""
    table = training_pod.wines()
    table.frame["grade"] = np.digitize(table.frame["proline"], [450, 700, 1000]) * 10
    return Table(table.frame, "cultivar", {**table.kinds, "grade": "Integer"}, {"grade": "Target"})


def _labels_or_not() -> Table:
    """Wines with any of three properties: a multilabel indicator."""
    frame = training_pod.wines().frame
    for name, of in (("dark", "color_intensity"), ("strong", "alcohol"), ("rich", "proline")):
        frame[name] = frame[of] + frame["ash"] > (frame[of] + frame["ash"]).median()
    kinds = dict.fromkeys(frame.columns, "Float") | dict.fromkeys(
        ["dark", "strong", "rich"], "Boolean"
    )
    roles = {"strong": "Target", "rich": "Target", "cultivar": "Ignore"}
    return Table(frame.drop(columns="cultivar"), "dark", kinds, roles)


def _with_categories() -> Table:
    """Numbers, booleans and texts with holes, a weight; two targets."""
    table = training_pod.mixed()
    table.frame["size"] = np.where(table.frame["proline"].fillna(0).astype(float) > 700, "L", "S")
    kinds = {**table.kinds, "size": "Category"}
    return Table(table.frame, table.target, kinds, {**table.roles, "size": "Target"})


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A bundle, what it answers, and what scikit-learn's own estimator does."""

    folder: Path
    manifest: Manifest
    metrics: dict[str, str]
    truth: pd.DataFrame
    expected: npt.NDArray[Any]
    shares: list[npt.NDArray[np.float64]] | None
    found: dict[RuntimeName, Prediction]


def _trained(table: Table, recipe: dict[str, Any], folder: Path) -> Trained:
    pod = Pod(folder)
    ended = pod.run_all(train_task(store_dataset(pod.store, table), table.target, recipe))
    assert 0 == ended.code, ended.document
    bundle = pod.bundle(ended.document["bundle"])
    manifest = verify(bundle, ended.document["bundle"])
    signature = manifest.signature
    test = table.frame.iloc[round(len(table.frame) * 0.75) :]
    rows = rows_of_frame(test, signature.features)
    native = load_estimator(bundle / FORMAT_FILES["skops"], None)
    asked = frame_of_rows(rows, signature.features)
    served = {
        name for name in RuntimeName if name is RuntimeName.SKLEARN or "onnx" in manifest.formats
    }
    runtimes = {name: load_runtime(bundle, manifest, name) for name in served}
    for runtime in runtimes.values():
        self_test(runtime, read_example(bundle))
    return Trained(
        bundle,
        manifest,
        ended.document["metrics"],
        test[list(signature.targets)],
        native.predict(asked),
        native.predict_proba(asked) if signature.probabilities else None,
        {name: runtime.predict(rows) for name, runtime in runtimes.items()},
    )


@pytest.mark.parametrize(
    ("table", "recipe", "converts"),
    [
        pytest.param(
            _texts(),
            estimator("ensemble.RandomForestClassifier", **SMALL),
            True,
            id="a forest of texts",
        ),
        pytest.param(
            _texts(),
            estimator("linear_model.LogisticRegression"),
            True,
            id="one logistic regression per target",
        ),
        pytest.param(
            _texts(),
            estimator("ensemble.HistGradientBoostingClassifier", max_iter=5),
            True,
            id="one gradient boosting per target",
        ),
        pytest.param(_texts(), estimator("svm.LinearSVC"), False, id="without probabilities"),
        pytest.param(
            _integers(),
            estimator("neighbors.KNeighborsClassifier"),
            False,
            id="neighbours, three and four integers",
        ),
        pytest.param(
            _integers(),
            estimator("tree.DecisionTreeClassifier", max_depth=4),
            True,
            id="a tree, three and four integers",
        ),
        pytest.param(
            _labels_or_not(),
            estimator("ensemble.ExtraTreesClassifier", **SMALL),
            True,
            id="a forest of true and false",
        ),
        pytest.param(
            _labels_or_not(),
            estimator("neural_network.MLPClassifier", max_iter=20, hidden_layer_sizes=[8]),
            True,
            id="one network per label",
        ),
        pytest.param(
            _with_categories(),
            estimator("linear_model.LogisticRegression"),
            True,
            id="a pipeline with categories, holes and weights",
        ),
        pytest.param(
            _with_categories(),
            estimator("ensemble.RandomForestClassifier", **SMALL),
            True,
            id="a forest behind categories",
        ),
    ],
)
def test_from_data_to_bundle(
    table: Table, recipe: dict[str, Any], converts: bool, tmp_path: Path
) -> None:
    """Targets and classes stand in the manifest, and both runtimes answer as scikit-learn does."""
    trained = _trained(table, recipe, tmp_path)
    document = json.loads((trained.folder / "manifest.json").read_bytes())
    targets = [table.target, *(name for name, role in table.roles.items() if role == "Target")]
    classes = [sorted(set(table.frame[target].tolist())) for target in targets]
    assert (targets, classes) == (document["targets"], document["classes"])
    shapes = {output["name"]: output["shape"] for output in document["outputs"]}
    wide = {} if trained.shares is None else {"probabilities": [-1, sum(map(len, classes))]}
    assert {"labels": [-1, len(targets)]} | wide == shapes
    assert converts == (RuntimeName.ONNX in trained.found)
    for found in trained.found.values():
        assert trained.expected.tolist() == found.values.tolist()
        if trained.shares is not None:
            assert found.probabilities is not None
            np.testing.assert_allclose(found.probabilities, np.hstack(trained.shares), atol=1e-5)


def test_metrics_are_the_means_over_the_targets(tmp_path: Path) -> None:
    """Accuracy, F1, log loss and area, each as scikit-learn computes it for a target."""
    trained = _trained(_texts(), estimator("linear_model.LogisticRegression"), tmp_path)
    assert trained.shares is not None
    three, two = (trained.truth[name].to_numpy() for name in trained.truth.columns)
    first, second = trained.expected.T
    accuracy = [metrics.accuracy_score(three, first), metrics.accuracy_score(two, second)]
    f1 = [
        metrics.f1_score(three, first, average="macro"),
        metrics.f1_score(two, second, pos_label="deep"),
    ]
    loss = [metrics.log_loss(*pair) for pair in zip((three, two), trained.shares, strict=True)]
    area = [
        metrics.roc_auc_score(three, trained.shares[0], multi_class="ovr"),
        metrics.roc_auc_score(two == "deep", trained.shares[1][:, 1]),
    ]
    expected = {"accuracy": accuracy, "f1": f1, "log_loss": loss, "roc_auc": area}
    found = {name: float(trained.metrics[name]) for name in expected}
    assert pytest.approx({n: np.mean(v) for n, v in expected.items()}, rel=1e-5) == found


def test_bins_are_labels_of_each_target(tmp_path: Path) -> None:
    """The reference profile counts what was predicted for the test rows, per target."""
    trained = _trained(_texts(), estimator("ensemble.RandomForestClassifier", **SMALL), tmp_path)
    expected = []
    for name, column in zip(("cultivar", "depth"), trained.expected.T.tolist(), strict=True):
        values = {"cultivar": ("c0", "c1", "c2"), "depth": ("a pale one", "deep")}[name]
        counts = (*(column.count(value) for value in values), 0)
        expected.append(TextBins(name, values, counts, 0))
    assert tuple(expected) == read_profile(trained.folder).predictions


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(
            estimator("ensemble.RandomForestClassifier", **SMALL), id="trees of both targets"
        ),
        pytest.param(
            estimator("neighbors.KNeighborsClassifier", weights="distance"), id="neighbours"
        ),
        pytest.param(estimator("linear_model.LogisticRegression"), id="one model per target"),
    ],
)
def test_a_row_alone_is_answered_as_among_others(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Within 1e-6, whichever runtime serves."""
    trained = _trained(_texts(), recipe, tmp_path)
    test = _texts().frame.tail(20)
    rows = rows_of_frame(test, trained.manifest.signature.features)
    for name in trained.found:
        runtime = load_runtime(trained.folder, trained.manifest, name)
        together = runtime.predict(rows)
        for place in range(len(rows)):
            alone = runtime.predict(rows.part(place, place + 1))
            expected = together.part(place, place + 1)
            assert expected.values.tolist() == alone.values.tolist()
            assert expected.probabilities is not None
            assert alone.probabilities is not None
            np.testing.assert_allclose(expected.probabilities, alone.probabilities, atol=1e-6)


def test_the_same_task_gives_the_same_bundle(tmp_path: Path) -> None:
    """Digests are reproduced."""
    recipe = estimator("ensemble.RandomForestClassifier", **SMALL)
    first = _trained(_texts(), recipe, tmp_path / "first")
    assert first.manifest.digest == _trained(_texts(), recipe, tmp_path / "second").manifest.digest


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param("ensemble.RandomForestClassifier", SMALL, id="an estimator of both targets"),
        pytest.param("linear_model.LogisticRegression", {}, id="one estimator per target"),
    ],
)
def test_weights_of_classes_count_in_every_target(
    path: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    """A class named once weighs more wherever it is; the others weigh one."""
    weighted = estimator(path, class_weight={"deep": 50.0}, **parameters)
    plain = _trained(_texts(), estimator(path, **parameters), tmp_path / "plain")
    found = _trained(_texts(), weighted, tmp_path / "weighted")
    assert _deep(plain) < _deep(found)


def _deep(trained: Trained) -> float:
    said = trained.found[RuntimeName.SKLEARN].probabilities
    assert said is not None
    return float(probabilities_by_target(said, trained.manifest.signature)[1][:, 1].mean())


def test_mixed_types_are_refused(tmp_path: Path) -> None:
    """Labels of two types, where one array must hold them, are told with what to do."""
    pod, table = Pod(tmp_path), _texts()
    table.frame["depth"] = table.frame["depth"] == "deep"
    mixed = Table(table.frame, table.target, {**table.kinds, "depth": "Boolean"}, table.roles)
    recipe = estimator("tree.DecisionTreeClassifier")
    ended = pod.run_all(train_task(store_dataset(pod.store, mixed), mixed.target, recipe))
    assert (12, "ParameterInvalid") == (ended.code, ended.document["reason"])
    assert "cultivar (texts), depth (booleans)" in ended.document["message"]


def test_an_estimator_that_lacks_another_is_told(tmp_path: Path) -> None:
    """Whether it takes several targets cannot be asked; fitting says what is wrong."""
    pod, table = Pod(tmp_path), _texts()
    recipe = estimator("semi_supervised.SelfTrainingClassifier")
    ended = pod.run_all(train_task(store_dataset(pod.store, table), table.target, recipe))
    assert "TrainingRaised" == ended.document["reason"]
    assert "SelfTrainingClassifier could not be fitted" in ended.document["message"]
