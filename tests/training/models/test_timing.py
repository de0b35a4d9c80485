"""Which of two runtimes is chosen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.native_models import native_signature
from trainer.models.timing import Timings, runtimes_document, time_runtime


@pytest.mark.parametrize(
    ("onnx", "expected"),
    [
        pytest.param(Timings({1: 10, 64: 20}), "onnx", id="faster for both sizes"),
        pytest.param(Timings({1: 10, 64: 900}), "onnx", id="much faster for one, slower for many"),
        pytest.param(Timings({1: 400, 64: 800}), "sklearn", id="slower for both sizes"),
        pytest.param(None, "sklearn", id="no conversion"),
    ],
)
def test_choice(onnx: Timings | None, expected: str) -> None:
    """The faster one serves, both sizes having equal weight."""
    document = runtimes_document(Timings({1: 200, 64: 400}), onnx, {}, "not convertible")
    assert expected == document["serve"]


def test_only_onnx() -> None:
    """Where no server has the library of the model, ONNX serves at any speed."""
    native, onnx = Timings({1: 10, 64: 10}), Timings({1: 40, 64: 40})
    document = runtimes_document(native, onnx, {}, "", only_onnx=True)
    assert ("onnx", "ONNX is 0.25 times as fast for 1 row and 0.25 times as fast for 64 rows") == (
        document["serve"],
        document["why"],
    )


def test_document() -> None:
    """The record holds the choice, the reason in figures, the evidence and the timings."""
    native, onnx = Timings({1: 200, 64: 400}), Timings({1: 10, 64: 20})
    expected = {
        "serve": "onnx",
        "why": "ONNX is 20 times as fast for 1 row and 20 times as fast for 64 rows",
        "verified": {"rows": 3},
        "timings": {
            "unit": "microseconds per call, by rows",
            "onnx": {"1": "10.0", "64": "20.0"},
            "sklearn": {"1": "200.0", "64": "400.0"},
        },
    }
    assert expected == runtimes_document(native, onnx, {"rows": 3}, "")


def test_a_model_that_came_as_onnx() -> None:
    """Without a native model there is nothing to choose."""
    document = runtimes_document(None, Timings({1: 10, 64: 20}), {}, "")
    assert ("onnx", "the model came as ONNX") == (document["serve"], document["why"])


def test_time_runtime() -> None:
    """Both sizes are timed, also with fewer rows than the larger one."""
    model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    runtime = SklearnRuntime(model, native_signature(model, (Feature("a", Kind.FLOAT),)))
    rows = Rows(np.array([[1.0], [2.0]]), np.empty((2, 0), dtype=object))
    with pytest.warns(UserWarning, match="feature names"):
        timed = time_runtime(runtime, rows)
    assert [1, 64] == list(timed.microseconds)
    assert min(timed.microseconds.values()) > 0
