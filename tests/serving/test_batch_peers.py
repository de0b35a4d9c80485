"""Does it matter to a row who else is in its batch? By less than 1e-6, in either runtime.

The models that people use are tried in `tests/training/test_estimators_people_use.py`; these are
the kinds of arithmetic, among them those whose last bits depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import serving_bundles as bundles
from alone_and_together import assert_close, assert_same_in_batches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from serving_bundles import Data, Sample
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler
from sklearn.svm import SVR

from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Prediction, Runtime
from modelbundle.sklearn_runtime import SklearnRuntime
from modelserver.batches.batching import predicted_together


def _scaled(model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(StandardScaler(), model)


def _random(width: int, classes: int) -> Callable[[], Data]:
    """150 rows of numbers, and as many classes."""
    random = np.random.default_rng(width)
    numbers = random.normal(size=(150, width)) @ random.normal(size=(width, width))
    names = [f"x{number}" for number in range(width)]
    labels = np.arange(150) % classes
    return lambda: Data(pd.DataFrame(numbers, columns=names), labels, bundles.floats(names))


MODELS: dict[str, tuple[Callable[[], Any], Callable[[], Data]]] = {
    "a forest": (bundles.forest, bundles.tumours),
    "a linear model": (bundles.linear, bundles.tumours),
    "a regression": (bundles.ridge, bundles.diabetes),
    "columns of every kind": (bundles.tolerant_columns, bundles.patients),
    "sums over classes": (CalibratedClassifierCV, bundles.iris),
    "sums over features": (GaussianNB, bundles.tumours),
    "support vectors": (_scaled(SVR()), bundles.diabetes),
    "layers": (
        _scaled(MLPRegressor(hidden_layer_sizes=(20, 7), tol=100.0)),
        bundles.diabetes,
    ),
    "logarithms": (
        lambda: make_pipeline(PowerTransformer(), LogisticRegression(max_iter=500)),
        bundles.iris,
    ),
    "one number": (LogisticRegression, _random(1, 2)),
    "seven numbers, ten classes": (_scaled(LogisticRegression()), _random(7, 10)),
    "200 numbers, three classes": (_scaled(LogisticRegression()), _random(200, 3)),
}


@pytest.fixture(scope="module", params=list(MODELS))
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A bundle for both runtimes."""
    make, data = MODELS[request.param]
    directory: Path = tmp_path_factory.mktemp("peers")
    return bundles.packed(directory, make(), data(), ("onnx", "skops"))


@pytest.mark.parametrize("which", ["onnx", "sklearn"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=some.lists(some.integers(0, 120), min_size=2, max_size=40))
def test_each_row_gets_its_own_answer(packed: Sample, which: str, chosen: list[int]) -> None:
    """Each row of a batch, however mixed, gets what it gets among all rows."""
    runtime = _runtime(packed, which)
    whole = runtime.predict(packed.rows)
    parts = [packed.rows.part(row, row + 1) for row in chosen]
    for row, outcome in zip(chosen, predicted_together(runtime, parts).outcomes, strict=True):
        assert isinstance(outcome, Prediction)
        assert_close(whole, row, outcome)


@pytest.mark.parametrize("which", ["onnx", "sklearn"])
def test_the_number_of_rows_does_not_matter(packed: Sample, which: str) -> None:
    """Batches of 1 to 40 rows."""
    assert_same_in_batches(_runtime(packed, which), packed.rows.part(0, 120), range(1, 41))


def _runtime(sample: Sample, which: str) -> Runtime:
    if which == "sklearn":
        return SklearnRuntime(sample.model, sample.signature)
    return OnnxRuntime(sample.directory / "model.onnx", sample.signature)
