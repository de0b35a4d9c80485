"""Does the model convert to ONNX, and does the conversion say the same?

skl2onnx converts most estimators, onnxmltools most boosted trees, and some only almost. So a
conversion counts only after it answered the test rows, rows in between, outside of them and with
missing values as the model itself did.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import Pipeline

from modelbundle.onnx_file import write_onnx
from modelbundle.onnx_runtime import OnnxRuntime, onnx_name
from modelbundle.prediction import Prediction, Runtime
from modelbundle.signature import MATRIX_INPUT, Signature, Task
from trainer.models.boosted_conversion import boosted_trees_known
from trainer.models.discriminant_conversion import discriminants_known
from trainer.models.forest_conversion import forests_known
from trainer.models.missing_value_tracks import set_missing_value_tracks
from trainer.models.single_targets import with_single_targets
from trainer.models.threshold_conversion import thresholds_known
from trainer.models.verification_rows import Sample

TOLERANCE = 1e-5
"""Largest difference of a probability; of a number, relative to it or to its target's spread."""

_SLOW_OPERATORS = {"Scaler"}
"""ONNX Runtime goes through their numbers one by one; a subtraction and a division say the same in
a quarter of the time, and divide as scikit-learn does."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How an ONNX model compares on `rows` rows; `difference` as TOLERANCE measures it.

    `disagreements`: the rows whose labels differ, without those where either label is right.
    """

    rows: int
    disagreements: int
    difference: float

    @property
    def holds(self) -> bool:
        """True when ONNX may answer in place of scikit-learn."""
        return self.disagreements == 0 and self.difference <= TOLERANCE

    def sentence(self) -> str:
        """What was found, for a person."""
        labels = f"{self.disagreements} labels differ, " if self.disagreements else ""
        return f"{labels}largest difference {self.difference:.2g} on {self.rows} rows"


@dataclass(frozen=True, slots=True)
class Converted:
    """The verified ONNX model at `path`, or `runtime` None and why there is none."""

    runtime: OnnxRuntime | None
    agreement: Agreement | None
    why_not: str


def convert(estimator: Any, native: Runtime, sample: Sample, path: Path) -> Converted:
    """`path` holds an ONNX model that agrees with the estimator on the sample, or nothing.

    float32 is tried first: trees compare in float32, so their conversion is exact there. Where
    numbers are too large for it, float64 is tried.
    """
    expected = native.predict(sample.rows)
    agreement = None
    why_not = ""
    for doubled in (False, True):
        try:
            write_onnx(onnx_model(estimator, native.signature, doubled=doubled), path)
            runtime = OnnxRuntime(path, native.signature)
            found = runtime.predict(sample.rows)
            agreement = compare(
                expected, found, sample.real, native.signature.class_counts, sample.outside
            )
        except Exception as error:  # noqa: BLE001 converters raise whatever they like
            why_not = why_not or f"not convertible: {_first_words(error)}"
            continue
        if agreement.holds:
            return Converted(runtime, agreement, "")
        why_not = f"the ONNX model answers differently: {agreement.sentence()}"
    path.unlink(missing_ok=True)
    return Converted(None, agreement, why_not)


def compare(
    expected: Prediction,
    found: Prediction,
    real: int,
    class_counts: Sequence[int] = (),
    outside: int = 0,
) -> Agreement:
    """How two predictions of the same rows differ; the first `real` rows are real ones, the last
    `outside` ones far beyond them.

    `class_counts`: as in a Signature. A row differs where the label of any target does.

    On an invented row two classes may be exactly equally likely (a forest of 50 trees splits 25 to
    25): there either label is right. On real rows labels are compared without exception, so the
    metrics of both runtimes are the same.
    """
    rows = len(expected.values)
    if expected.values.dtype == np.float64:
        # Answers to numbers far outside would make the spread, and what may differ, far too large.
        inside = expected.values[: rows - outside]
        spread = np.std(inside, axis=0) if len(inside) else 0.0
        scale = np.maximum(np.abs(expected.values), spread)
        differences = np.abs(expected.values - found.values) / np.where(scale == 0, 1.0, scale)
        return Agreement(rows, 0, _largest(differences))
    same = (expected.values == found.values).reshape(rows, max(1, len(class_counts)))
    if expected.probabilities is None or found.probabilities is None:
        return Agreement(rows, int((~same).any(axis=1).sum()), 0.0)
    ends = np.cumsum(class_counts[:-1], dtype=np.int64)
    by_target = np.split(expected.probabilities, ends, axis=1)
    tied = np.column_stack([_tied(of_one) for of_one in by_target])
    tied[:real] = False
    largest = _largest(np.abs(expected.probabilities - found.probabilities))
    return Agreement(rows, int((~(same | tied)).any(axis=1).sum()), largest)


def _tied(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """The rows whose two likeliest classes are equally likely."""
    ranked = np.sort(probabilities, axis=1)
    return np.asarray(ranked[:, -1] - ranked[:, -2] <= TOLERANCE)


def _largest(differences: npt.NDArray[np.float64]) -> float:
    worst = float(differences.max(initial=0.0))
    return worst if math.isfinite(worst) else math.inf


def onnx_model(estimator: Any, signature: Signature, *, doubled: bool) -> Any:
    """The estimator as ONNX, in float64 if `doubled`, whatever it answers. Raises anything."""
    thresholds_known()
    forests_known()
    discriminants_known()
    with boosted_trees_known(estimator) as opsets:
        model = _translated(estimator, signature, doubled, opsets)
    set_missing_value_tracks(model, estimator)
    return model


def _translated(
    estimator: Any, signature: Signature, doubled: bool, opsets: dict[str, int] | None
) -> Any:
    inputs = _input_types(signature, doubled)
    if signature.class_counts:
        estimator = with_single_targets(estimator)
    # Without zipmap: False probabilities come as a list of maps. LinearSVC alone does not know the
    # option, and inside a pipeline only options of its own keep it from being given the default.
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    converted = partial(
        convert_sklearn,
        estimator,
        initial_types=inputs,
        black_op=_SLOW_OPERATORS,
        target_opset=opsets,
    )
    parts = last.estimators_ if isinstance(last, MultiOutputClassifier) else [last]
    choices: list[dict[int, dict[str, bool]]] = [
        {id(estimator): {"zipmap": False}},
        {id(part): {} for part in parts},
    ]
    if signature.task is Task.REGRESSION:
        choices = [{}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for options in choices[:-1]:
            with suppress(NameError):
                return converted(options=options)
        return converted(options=choices[-1])


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
