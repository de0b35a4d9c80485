"""Does the model convert to ONNX, and does the conversion say the same?

skl2onnx converts most estimators, not all, and some only almost. So a conversion counts only after
it answered the test rows, rows in between and rows with holes as scikit-learn did.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

from modelbundle.onnx_file import write_onnx
from modelbundle.onnx_runtime import OnnxRuntime, onnx_name
from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from modelbundle.signature import MATRIX_INPUT, Signature, Task

TOLERANCE = 1e-5
"""Largest difference of a probability; of a number, relative to it or to the spread of all."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How an ONNX model compares on `rows` rows; `difference` as TOLERANCE measures it."""

    rows: int
    same_labels: bool
    difference: float

    @property
    def holds(self) -> bool:
        """True when ONNX may answer in place of scikit-learn."""
        return self.same_labels and self.difference <= TOLERANCE

    def sentence(self) -> str:
        """What was found, for a person."""
        labels = "all labels equal" if self.same_labels else "labels differ"
        return f"{labels}, largest difference {self.difference:.2g} on {self.rows} rows"


@dataclass(frozen=True, slots=True)
class Converted:
    """The verified ONNX model at `path`, or `runtime` None and why there is none."""

    runtime: OnnxRuntime | None
    agreement: Agreement | None
    why_not: str


def convert(estimator: Any, native: Runtime, rows: Rows, path: Path) -> Converted:
    """`path` holds an ONNX model that agrees with the estimator on `rows`, or nothing.

    float32 is tried first: trees compare in float32, so their conversion is exact there. Where
    numbers are too large for it, float64 is tried.
    """
    expected = native.predict(rows)
    agreement = None
    why_not = ""
    for doubled in (False, True):
        try:
            write_onnx(_onnx_model(estimator, native.signature, doubled), path)
            runtime = OnnxRuntime(path, native.signature)
            agreement = compare(expected, runtime.predict(rows))
        except Exception as error:  # noqa: BLE001 converters raise whatever they like
            why_not = why_not or f"not convertible: {_first_words(error)}"
            continue
        if agreement.holds:
            return Converted(runtime, agreement, "")
        why_not = f"the ONNX model answers differently: {agreement.sentence()}"
    path.unlink(missing_ok=True)
    return Converted(None, agreement, why_not)


def compare(expected: Prediction, found: Prediction) -> Agreement:
    """How two predictions of the same rows differ."""
    rows = len(expected.values)
    if expected.values.dtype == np.float64:
        spread = float(np.std(expected.values)) if rows else 0.0
        scale = np.maximum(np.abs(expected.values), spread)
        gaps = np.abs(expected.values - found.values) / np.where(scale == 0, 1.0, scale)
        return Agreement(rows, True, _largest(gaps))
    same = bool(np.array_equal(expected.values, found.values))
    if expected.probabilities is None or found.probabilities is None:
        return Agreement(rows, same, 0.0)
    return Agreement(rows, same, _largest(np.abs(expected.probabilities - found.probabilities)))


def _largest(gaps: npt.NDArray[np.float64]) -> float:
    worst = float(gaps.max(initial=0.0))
    return worst if math.isfinite(worst) else math.inf


def _onnx_model(estimator: Any, signature: Signature, doubled: bool) -> Any:
    inputs = _input_types(signature, doubled)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        attempts: list[Callable[[], Any]] = [
            lambda: convert_sklearn(estimator, initial_types=inputs)
        ]
        if signature.task is Task.CLASSIFICATION:
            # Without it probabilities are a list of maps; LinearSVC does not know the option.
            options = {id(estimator): {"zipmap": False}}
            attempts.insert(
                0, lambda: convert_sklearn(estimator, initial_types=inputs, options=options)
            )
        for attempt in attempts[:-1]:
            try:
                return attempt()
            except NameError:
                continue
        return attempts[-1]()


def _input_types(signature: Signature, doubled: bool) -> list[tuple[str, Any]]:
    number = DoubleTensorType if doubled else FloatTensorType
    if signature.all_numeric:
        return [(MATRIX_INPUT, number([None, len(signature.features)]))]
    return [
        (onnx_name(feature.name), (number if feature.numeric else StringTensorType)([None, 1]))
        for feature in signature.features
    ]


def _first_words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {(lines or [''])[0]}"[:200]
