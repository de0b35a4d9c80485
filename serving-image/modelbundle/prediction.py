"""What does a model answer, and is it an answer at all?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from modelbundle.faults import PredictionInvalid
from modelbundle.rows import Rows
from modelbundle.signature import Signature, Task


class Prediction(NamedTuple):
    """One answer per row. `values`: labels (object, int64 or bool) or float64 numbers, which are
    (n, targets) where there are several targets.

    `probabilities`: (n, classes) float64 in the order of the signature's classes, or None.
    A tuple: quicker made than a frozen dataclass.
    """

    values: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float64] | None

    def part(self, start: int, stop: int) -> Prediction:
        """The answers to rows start up to, not including, stop."""
        return Prediction(
            self.values[start:stop],
            None if self.probabilities is None else self.probabilities[start:stop],
        )

    def taken(self, places: Sequence[int]) -> Prediction:
        """A copy of the answers to the rows at these places, in their order."""
        return Prediction(
            self.values[places],
            None if self.probabilities is None else self.probabilities[places],
        )


class Runtime(Protocol):
    """A loaded model."""

    @property
    def signature(self) -> Signature:
        """What goes in and what comes out."""

    def predict(self, rows: Rows) -> Prediction:
        """One finite answer per row. Raises PredictionInvalid, or whatever the model raises."""


def checked_prediction(
    values: npt.NDArray[Any], probabilities: npt.NDArray[Any] | None, rows: int, of: Signature
) -> Prediction:
    """The raw answers of a model as a Prediction with exact types and shapes.

    Raises PredictionInvalid when there is not one finite answer per row.
    """
    values = np.asarray(values)
    shape = (rows, *of.width)
    if values.size != math.prod(shape):
        raise PredictionInvalid(f"{rows} rows gave answers of shape {values.shape}, not {shape}")
    flat = values.reshape(shape)
    if of.task is Task.REGRESSION:
        numbers = flat.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise PredictionInvalid("the model answered with a number that is not finite")
        return Prediction(numbers, None)
    labels = as_labels(flat, of)
    if not of.probabilities:
        return Prediction(labels, None)
    checked = np.asarray(probabilities, dtype=np.float64)
    if checked.shape != (rows, len(of.classes)):
        raise PredictionInvalid(f"{rows} rows gave probabilities of shape {checked.shape}")
    if not np.isfinite(checked).all():
        raise PredictionInvalid("the model answered with a probability that is not finite")
    return Prediction(labels, checked)


def side_by_side(
    probabilities: Sequence[npt.NDArray[Any]] | npt.NDArray[Any], of: Signature
) -> npt.NDArray[Any]:
    """The probabilities of several targets, (n, classes) each, as one (n, all classes).

    Converters to ONNX make one array of them, in which targets of fewer classes are filled up.
    """
    if isinstance(probabilities, np.ndarray):
        counted = zip(probabilities, of.class_counts, strict=True)
        probabilities = [of_one[:, :count] for of_one, count in counted]
    return np.hstack(probabilities)


def probabilities_by_target(
    probabilities: npt.NDArray[np.float64], of: Signature
) -> list[npt.NDArray[np.float64]]:
    """The columns of the only target's classes, or of each target's."""
    return np.split(probabilities, np.cumsum(of.class_counts[:-1]), axis=1)


def as_labels(values: npt.NDArray[Any], of: Signature) -> npt.NDArray[Any]:
    """Labels in the type of the signature's classes: text as object, int64 or bool."""
    datatype = of.label_datatype
    if datatype == "BYTES":
        if values.ndim > 1:
            return as_labels(values.ravel(), of).reshape(values.shape)
        texts = np.empty(len(values), dtype=object)
        texts[:] = [str(value) for value in values.tolist()]
        return texts
    return values.astype(np.bool_ if datatype == "BOOL" else np.int64)
