"""Which models convert to ONNX, and whether the conversion says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import training_pod
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows, frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Kind
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.conversion import Converted, compare, convert
from trainer.models.native_models import native_signature
from trainer.models.verification_rows import Sample, verification_rows
from trainer.recipes.preprocessing import PreprocessingMode, with_preprocessing


def _converted(
    estimator: BaseEstimator, table: training_pod.Table, folder: Path
) -> tuple[SklearnRuntime, Converted, Sample]:
    features = tuple(
        Feature(name, Kind(table.kinds[name]))
        for name in table.frame.columns
        if name != table.target and name not in table.roles
    )
    rows = rows_of_frame(table.frame, features)
    frame = frame_of_rows(rows, features)
    model = with_preprocessing(estimator, PreprocessingMode.AUTO, features, frame)
    model.fit(frame, np.array(table.frame[table.target].tolist()))
    open_features = tuple(replace(feature, accepts_missing=True) for feature in features)
    runtime = SklearnRuntime(model, native_signature(model, open_features))
    sample = verification_rows(rows, runtime, 7)
    return runtime, convert(model, runtime, sample, folder / "model.onnx"), sample


def _check(estimator: BaseEstimator, table: training_pod.Table, folder: Path) -> None:
    """Asks ONNX Runtime's answers again, by way of the file alone."""
    runtime, made, sample = _converted(estimator, table, folder)
    assert made.why_not == ""
    assert made.runtime is not None
    session = onnxruntime.InferenceSession((folder / "model.onnx").read_bytes())
    assert len(session.get_outputs()) >= 1
    real = sample.rows.part(0, sample.real)
    expected, found = runtime.predict(real), made.runtime.predict(real)
    if expected.values.dtype == np.float64:
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-4)
    else:
        assert expected.values.tolist() == found.values.tolist()
    if expected.probabilities is not None:
        assert found.probabilities is not None
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        RidgeClassifier(),
        LinearSVC(),
        SVC(),
        GaussianNB(),
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(n_estimators=20, random_state=0),
        GradientBoostingClassifier(n_estimators=10, random_state=0),
        HistGradientBoostingClassifier(max_iter=10),
        MLPClassifier(max_iter=400, random_state=0, tol=1e-2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_two_text_labels(estimator: BaseEstimator, tmp_path: Path) -> None:
    """Classifiers on numbers convert and answer real rows exactly as scikit-learn."""
    _check(estimator, training_pod.tumours(), tmp_path)


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), RandomForestClassifier(n_estimators=20, random_state=0), SVC()],
    ids=lambda estimator: type(estimator).__name__,
)
def test_three_integer_labels(estimator: BaseEstimator, tmp_path: Path) -> None:
    """The same with three classes."""
    _check(estimator, training_pod.wines(), tmp_path)


@pytest.mark.parametrize(
    "estimator",
    [
        LinearRegression(),
        SVR(),
        RandomForestRegressor(n_estimators=20, random_state=0),
        HistGradientBoostingRegressor(max_iter=10),
        ExtraTreesRegressor(n_estimators=20, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_numbers(estimator: BaseEstimator, tmp_path: Path) -> None:
    """Regressors convert and answer the same numbers."""
    _check(estimator, training_pod.diabetes(), tmp_path)


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), RandomForestClassifier(n_estimators=20, random_state=0)],
    ids=lambda estimator: type(estimator).__name__,
)
def test_texts_booleans_and_holes(estimator: BaseEstimator, tmp_path: Path) -> None:
    """Categories, booleans, missing and unseen values are answered the same."""
    _check(estimator, training_pod.mixed(200), tmp_path)


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_std=False),
        StandardScaler(with_mean=False),
        RobustScaler(),
        MaxAbsScaler(),
        MinMaxScaler(),
        PowerTransformer(),
    ],
    ids=str,
)
def test_scaling_needs_no_slow_operator(scaler: BaseEstimator, tmp_path: Path) -> None:
    """What scales whole columns is written as arithmetic on whole columns."""
    _check(make_pipeline(scaler, RidgeClassifier()), training_pod.tumours(), tmp_path)
    used = {node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node}
    assert "LinearClassifier" in used
    assert "Scaler" not in used


def test_a_conversion_that_differs_outside_does_not_serve(tmp_path: Path) -> None:
    """Neighbours of a row with a broken sensor: distances in float32 lose all other features."""
    table = training_pod.diabetes()
    _, made, sample = _converted(KNeighborsRegressor(n_neighbors=3), table, tmp_path)
    assert sample.outside > 0
    assert made.runtime is None
    assert made.why_not.startswith("the ONNX model answers differently: largest difference")


def test_the_spread_is_that_of_observed_rows() -> None:
    """A huge answer outside does not excuse a difference inside."""
    expected = Prediction(np.array([1.0, 2.0, 1e9]), None)
    found = Prediction(np.array([1.0, 2.1, 1e9]), None)
    assert not compare(expected, found, 2, outside=1).holds
    assert compare(expected, found, 2).holds


def test_what_does_not_convert_says_why(tmp_path: Path) -> None:
    """An estimator that the converter does not take leaves no file, but the converter's words."""
    _, made, _ = _converted(KernelRidge(), training_pod.diabetes(), tmp_path)
    assert (None, False) == (made.runtime, (tmp_path / "model.onnx").exists())
    assert made.why_not.startswith("not convertible: MissingShapeCalculator")


def test_equal_fits_give_equal_files(tmp_path: Path) -> None:
    """The converter's random names are not in the file."""
    contents = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _converted(AdaBoostClassifier(n_estimators=3), training_pod.tumours(), tmp_path / name)
        contents.add((tmp_path / name / "model.onnx").read_bytes())
    assert 1 == len(contents)


def _labels(*texts: str) -> Prediction:
    return Prediction(np.array(texts, dtype=object), None)


def _shares(labels: str, *first: float) -> Prediction:
    shares = np.array([[value, 1 - value] for value in first])
    return Prediction(np.array(list(labels), dtype=object), shares)


@pytest.mark.parametrize(
    ("expected", "found", "real", "holds"),
    [
        pytest.param(_labels("a"), _labels("a"), 1, True, id="equal labels"),
        pytest.param(_labels("a"), _labels("b"), 0, False, id="other labels"),
        pytest.param(_shares("a", 0.9), _shares("a", 0.900009), 1, True, id="a tiny difference"),
        pytest.param(_shares("a", 0.9), _shares("a", 0.90002), 1, False, id="a large difference"),
        pytest.param(
            _shares("a", 0.5), _shares("b", 0.4999999), 0, True, id="a tie on an invented row"
        ),
        pytest.param(
            _shares("a", 0.5), _shares("b", 0.4999999), 1, False, id="a tie on a real row"
        ),
        pytest.param(
            Prediction(np.array([1000.0, 0.0]), None),
            Prediction(np.array([1000.001, 0.001]), None),
            2,
            True,
            id="numbers, relative to their size and spread",
        ),
        pytest.param(
            Prediction(np.array([1.0, 2.0]), None),
            Prediction(np.array([1.0, 2.1]), None),
            2,
            False,
            id="other numbers",
        ),
        pytest.param(
            Prediction(np.array([1.0, 2.0]), None),
            Prediction(np.array([1.0, np.nan]), None),
            2,
            False,
            id="no number",
        ),
    ],
)
def test_compare(expected: Prediction, found: Prediction, real: int, *, holds: bool) -> None:
    """A conversion holds when labels are equal and shares and numbers are within tolerance."""
    assert holds == compare(expected, found, real).holds


_TIED = Prediction(
    np.array([["a", "x"], ["a", "x"]], dtype=object),
    np.array([[0.5, 0.5, 0.1, 0.8, 0.1], [0.9, 0.1, 0.1, 0.8, 0.1]]),
)


@pytest.mark.parametrize(
    ("labels", "real", "disagreements"),
    [
        pytest.param([["a", "x"], ["a", "x"]], 2, 0, id="equal labels"),
        pytest.param([["b", "x"], ["a", "x"]], 0, 0, id="another label where its target ties"),
        pytest.param([["b", "x"], ["a", "x"]], 1, 1, id="a tie on a real row"),
        pytest.param([["a", "y"], ["a", "x"]], 0, 1, id="another label where another target ties"),
        pytest.param([["a", "x"], ["b", "y"]], 2, 1, id="a row that differs twice counts once"),
    ],
)
def test_compare_several_targets(labels: list[list[str]], real: int, disagreements: int) -> None:
    """Ties are looked for among the classes of one target."""
    found = Prediction(np.array(labels, dtype=object), _TIED.probabilities)
    assert disagreements == compare(_TIED, found, real, (2, 3)).disagreements
    assert compare(_TIED.part(0, 0), found.part(0, 0), 0, (2, 3)).holds


def test_empty_rows_are_possible() -> None:
    """A comparison of nothing finds no difference."""
    nothing = Prediction(np.empty(0), None)
    assert Rows(np.empty((0, 1)), np.empty((0, 0), dtype=object)).numbers.size == 0
    assert compare(nothing, nothing, 0).holds
