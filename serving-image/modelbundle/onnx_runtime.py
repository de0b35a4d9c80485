"""How does an ONNX model answer rows, in one thread?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.faults import BundleUnreadable, PredictionInvalid
from modelbundle.onnx_library import onnx_library
from modelbundle.prediction import Prediction, checked_prediction, side_by_side
from modelbundle.rows import Rows
from modelbundle.signature import Signature, Task

_NUMBER_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}


class OnnxRuntime:
    """An ONNX session behind the Runtime protocol, with one thread and no work of its own.

    Inputs: one matrix of all features in order, or one column per feature by name (ONNX names
    from converters: any character but letters, digits and _ may have become _). Outputs, in order:
    labels (and probabilities as a tensor or, from some converters, one map per row), or numbers.
    Probabilities of several targets are a sequence of tensors, or one (targets, rows, classes).
    """

    def __init__(self, model: Path | bytes, signature: Signature) -> None:
        """`model`: the file, or what it holds."""
        self.signature = signature
        self._session = _session(model)
        self._inputs = _matched_inputs(self._session, signature)
        self._outputs = _wanted_outputs(self._session, signature)

    def predict(self, rows: Rows) -> Prediction:
        """The answers of the graph, checked and in the signature's types."""
        signature = self.signature
        answers = self._session.run(self._outputs, self._feeds(rows))
        probabilities = _probabilities(answers[1], signature) if signature.probabilities else None
        return checked_prediction(answers[0], probabilities, len(rows), signature)

    def _feeds(self, rows: Rows) -> dict[str, npt.NDArray[Any]]:
        if len(self._inputs) == 1 and self._inputs[0].matrix:
            only = self._inputs[0]
            return {only.name: only.cast(rows.numbers)}
        feeds: dict[str, npt.NDArray[Any]] = {}
        number = text = 0
        for wanted, feature in zip(self._inputs, self.signature.features, strict=True):
            if feature.numeric:
                column: npt.NDArray[Any] = rows.numbers[:, number]
                number += 1
            else:
                column = rows.texts[:, text]
                text += 1
            values = wanted.cast(column)
            feeds[wanted.name] = values.reshape(-1, 1) if wanted.rank == 2 else values
        return feeds


class _Input:
    """One input of the graph: its name, numpy type, rank, and whether it takes all features."""

    __slots__ = ("dtype", "matrix", "name", "rank")

    def __init__(self, argument: Any, matrix: bool) -> None:
        self.name: str = argument.name
        self.rank = len(argument.shape)
        self.matrix = matrix
        if argument.type == "tensor(string)":
            self.dtype: Any = object
        elif argument.type in _NUMBER_TYPES:
            self.dtype = _NUMBER_TYPES[argument.type]
        else:
            raise BundleUnreadable(f"ONNX input {argument.name}: {argument.type} is not supported")

    def cast(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The values in the graph's type. Raises PredictionInvalid where an integer is missing."""
        if self.dtype is object:
            return values
        if not np.issubdtype(self.dtype, np.floating) and np.isnan(values).any():
            raise PredictionInvalid(
                f"the ONNX input {self.name} holds integers: it cannot be missing"
            )
        with np.errstate(over="ignore"):  # what is too large for the graph is infinite there
            return values.astype(self.dtype)


def _session(model: Path | bytes) -> Any:
    onnxruntime = onnx_library()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else model.read_bytes(),
            options,
            providers=["CPUExecutionProvider"],
        )
    except Exception as fault:
        name = "it" if isinstance(model, bytes) else model.name
        raise BundleUnreadable(f"{name} is not a model ONNX Runtime can load: {fault}") from fault


def _matched_inputs(session: Any, signature: Signature) -> tuple[_Input, ...]:
    arguments = session.get_inputs()
    features = signature.features
    if len(arguments) == 1 and signature.all_numeric and len(arguments[0].shape) == 2:
        width = arguments[0].shape[1]
        if isinstance(width, int) and width != len(features):
            raise BundleUnreadable(f"the ONNX model takes {width} columns, not {len(features)}")
        return (_Input(arguments[0], matrix=True),)
    by_name = {argument.name: argument for argument in arguments}
    names = [onnx_name(feature.name) for feature in features]
    matched = [
        by_name.get(feature.name, by_name.get(name))
        for feature, name in zip(features, names, strict=True)
    ]
    if None in matched or len(arguments) != len(features):
        wanted = ", ".join(feature.name for feature in features)
        raise BundleUnreadable(
            f"the ONNX model's inputs are {', '.join(by_name)}; expected one matrix, or one input"
            f" per feature: {wanted}"
        )
    return tuple(_Input(argument, matrix=False) for argument in matched)


def onnx_name(name: str) -> str:
    """The name an ONNX input gets for a feature: letters, digits and _ stay, all else becomes _."""
    return "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)


def _wanted_outputs(session: Any, signature: Signature) -> list[str]:
    names = [output.name for output in session.get_outputs()]
    needed = 2 if signature.task is Task.CLASSIFICATION and signature.probabilities else 1
    if len(names) < needed:
        raise BundleUnreadable(f"the ONNX model's outputs are {names}; expected {needed}")
    return names[:needed]


def _probabilities(answer: Any, signature: Signature) -> npt.NDArray[Any]:
    if signature.targets:
        return side_by_side(answer, signature)
    if not isinstance(answer, list):
        return np.asarray(answer)
    return np.array([[row[label] for label in signature.classes] for row in answer])
