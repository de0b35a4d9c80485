"""Does it matter to a row who else is in its batch? Not to the last bit, in any model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import serving_bundles as bundles
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
from modelbundle.rows import Rows
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
def test_peers_change_nothing(packed: Sample, which: str, chosen: list[int]) -> None:
    """Each row of a batch, however mixed, gets what it gets alone, bit by bit."""
    runtime = _runtime(packed, which)
    parts = [packed.rows.part(row, row + 1) for row in chosen]
    together = predicted_together(runtime, parts).outcomes
    alone = [runtime.predict(part) for part in parts]
    assert [_bits(one) for one in alone] == [_bits(one) for one in together]


@pytest.mark.parametrize("which", ["onnx", "sklearn"])
def test_numbers_of_rows_change_nothing(packed: Sample, which: str) -> None:
    """1 to 40 rows in one request, and 300: each row is answered as in any other."""
    runtime = _runtime(packed, which)
    chosen = np.random.default_rng(7).integers(0, 120, 300)
    rows = Rows(packed.rows.numbers[chosen], packed.rows.texts[chosen])
    whole = runtime.predict(rows)
    expected = [_bits(whole.part(row, row + 1)) for row in range(300)]
    for count in range(1, 41):
        found = runtime.predict(rows.part(300 - count, 300))
        assert expected[300 - count :] == [_bits(found.part(row, row + 1)) for row in range(count)]


def _runtime(sample: Sample, which: str) -> Runtime:
    if which == "sklearn":
        return SklearnRuntime(sample.model, sample.signature)
    return OnnxRuntime(sample.directory / "model.onnx", sample.signature)


def _bits(found: Any) -> tuple[Any, ...]:
    assert isinstance(found, Prediction)
    shares = found.probabilities
    return found.values.tolist(), None if shares is None else shares.tobytes()
