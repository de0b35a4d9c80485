"""Does it matter to a row who else is in its batch?

Trees answer bit by bit the same. Matrix products of several rows are summed in another order than
those of one (in any BLAS, so in scikit-learn and ONNX Runtime both): the last bits may differ,
by the tolerances below. Labels are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from serving_bundles import Data, Sample

from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Prediction, Runtime
from modelbundle.sklearn_runtime import SklearnRuntime
from modelserver.batching import predicted_together

FLOAT32, FLOAT64 = 2e-6, 1e-12
MODELS = {
    "a forest": (bundles.forest, bundles.tumours, 0.0, 0.0),
    "a linear model": (bundles.linear, bundles.tumours, FLOAT32, FLOAT64),
    "a regression": (bundles.ridge, bundles.diabetes, FLOAT32, FLOAT64),
    "columns of every kind": (bundles.tolerant_columns, bundles.patients, FLOAT32, FLOAT64),
}


@pytest.fixture(scope="module", params=list(MODELS))
def packed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Sample, float, float]:
    """A bundle and the tolerances of its two runtimes."""
    make: Callable[[], Any]
    data: Callable[[], Data]
    make, data, onnx, sklearn = MODELS[request.param]
    directory: Path = tmp_path_factory.mktemp("peers")
    return bundles.packed(directory, make(), data(), ("onnx", "skops")), onnx, sklearn


@pytest.mark.parametrize("which", ["onnx", "sklearn"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=some.lists(some.integers(0, 120), min_size=2, max_size=40))
def test_peers_change_nothing(
    packed: tuple[Sample, float, float], which: str, chosen: list[int]
) -> None:
    """Each row of a batch, however mixed, gets what it gets alone."""
    sample, onnx, sklearn = packed
    runtime: Runtime = SklearnRuntime(sample.model, sample.signature)
    if which == "onnx":
        runtime = OnnxRuntime(sample.directory / "model.onnx", sample.signature)
    parts = [sample.rows.part(row, row + 1) for row in chosen]
    together = predicted_together(runtime, parts).outcomes
    alone = [runtime.predict(part) for part in parts]
    for one, other in zip(together, alone, strict=True):
        assert isinstance(one, Prediction)
        _check_same(one, other, onnx if which == "onnx" else sklearn)


def _check_same(one: Prediction, other: Prediction, tolerance: float) -> None:
    if one.probabilities is None or other.probabilities is None:
        np.testing.assert_allclose(one.values, other.values, rtol=tolerance, atol=0)
        return
    assert other.values.tolist() == one.values.tolist()
    np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=0, atol=tolerance)
