"""Models of trees as ONNX, and rows to ask them about."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.conversion import onnx_model

FEATURES = tuple(Feature(f"f{number}", Kind.FLOAT) for number in range(4))
Numbers = npt.NDArray[np.float64]


def numbers(rows: int, seed: int) -> Numbers:
    """Return rows of four numbers."""
    return np.random.default_rng(seed).normal(size=(rows, len(FEATURES)))


def with_holes(values: Numbers) -> Numbers:
    """Return the same rows, a tenth of whose numbers are missing."""
    gone = np.random.default_rng(3).random(values.shape) < 0.1
    return np.where(gone, np.nan, values)


def as_rows(values: Numbers) -> Rows:
    """Return them as a runtime takes them."""
    return Rows(values, np.empty((len(values), 0), object))


def as_onnx(model: Any, signature: Signature) -> bytes:
    """Return the converted model."""
    return bytes(onnx_model(model, signature, doubled=False).SerializeToString())


def classifier(
    model: Any, classes: tuple[str | int, ...], *, holes: bool = False
) -> tuple[bytes, Signature]:
    """Return the classifier, fitted, as ONNX; `holes`: on rows with missing numbers."""
    values = numbers(600, 1)
    score = values[:, 0] + values[:, 1] * values[:, 2]
    edges = np.quantile(score, np.linspace(0, 1, len(classes) + 1)[1:-1])
    labels = np.asarray(classes)[np.searchsorted(edges, score)]
    values = with_holes(values) if holes else values
    signature = Signature(Task.CLASSIFICATION, classes, FEATURES, probabilities=True)
    return as_onnx(model.fit(values.astype(np.float32), labels), signature), signature


def regressor(model: Any) -> tuple[bytes, Signature]:
    """Return the regressor, fitted on numbers around 100, as ONNX."""
    values = numbers(600, 1)
    signature = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
    fitted = model.fit(values.astype(np.float32), 100 + 10 * values[:, 0])
    return as_onnx(fitted, signature), signature
