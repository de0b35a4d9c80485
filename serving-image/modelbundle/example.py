"""What may a first request look like? One invented row, and what the model said to it.

`example.json`: {"request": <V2 infer request>, "response": {"outputs": [<V2 tensors>]}}. The row is
made of medians and most frequent categories, never a row of the data. The server repeats the
request before it calls itself ready.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from modelbundle.canonical import canonical_json
from modelbundle.faults import BundleUnreadable
from modelbundle.manifest import EXAMPLE_NAME
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import (
    LABELS_OUTPUT,
    PROBABILITIES_OUTPUT,
    VALUES_OUTPUT,
    Feature,
    Kind,
    Signature,
    Task,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A complete V2 request and the outputs the model gave to it when it was packed."""

    request: dict[str, Any]
    outputs: tuple[dict[str, Any], ...]

    def content(self) -> bytes:
        """The canonical bytes of `example.json`."""
        return canonical_json(
            {"request": self.request, "response": {"outputs": list(self.outputs)}}
        )


def typical_row(rows: Rows, signature: Signature) -> Rows:
    """One row: the median of each number (whole for Integer and Boolean), the commonest texts."""
    numbers = []
    texts = []
    numeric = [feature for feature in signature.features if feature.numeric]
    for position, feature in enumerate(numeric):
        numbers.append(_median(rows.numbers[:, position], feature))
    for position in range(rows.texts.shape[1]):
        counted = Counter(text for text in rows.texts[:, position].tolist() if text)
        texts.append(min(counted, key=lambda text: (-counted[text], text)) if counted else "")
    return Rows(
        np.array(numbers, dtype=np.float64).reshape(1, -1),
        np.array(texts, dtype=object).reshape(1, -1),
    )


def _median(column: Any, feature: Feature) -> float:
    present = np.sort(column[np.isfinite(column)])
    if len(present) == 0:
        return 0.0
    middle = (present[(len(present) - 1) // 2] + present[len(present) // 2]) / 2
    # Six digits: a median of an odd count would be a value of one real row, to the last bit.
    return float(f"{middle:.6g}") if feature.kind is Kind.FLOAT else float(round(middle))


def example_of(row: Rows, predicted: Prediction, signature: Signature) -> Example:
    """The example for `row` (one row, see `typical_row`) and the model's prediction for it."""
    outputs = tuple(output_tensors(predicted, signature))
    return Example({"inputs": request_inputs(row, signature)}, outputs)


def request_inputs(rows: Rows, signature: Signature) -> list[dict[str, Any]]:
    """The V2 `inputs` that say these rows. Missing values are null."""
    count = len(rows)
    if signature.all_numeric:
        (tensor,) = signature.inputs
        flat = [None if np.isnan(value) else value for value in rows.numbers.ravel().tolist()]
        shape = [count, len(signature.features)]
        return [{"name": tensor.name, "datatype": "FP64", "shape": shape, "data": flat}]
    inputs = []
    number = text = 0
    for tensor, feature in zip(signature.inputs, signature.features, strict=True):
        if feature.numeric:
            data = _values(rows.numbers[:, number], feature)
            number += 1
        else:
            data = [value or None for value in rows.texts[:, text].tolist()]
            text += 1
        inputs.append(
            {"name": tensor.name, "datatype": tensor.datatype, "shape": [count], "data": data}
        )
    return inputs


def _values(column: Any, feature: Feature) -> list[Any]:
    whole = {Kind.FLOAT: float, Kind.INTEGER: int, Kind.BOOLEAN: bool}[feature.kind]
    return [None if np.isnan(value) else whole(value) for value in column.tolist()]


def output_tensors(predicted: Prediction, signature: Signature) -> list[dict[str, Any]]:
    """The V2 `outputs` of a prediction, with data as plain lists."""
    tensors = {tensor.name: tensor for tensor in signature.outputs}
    first = VALUES_OUTPUT if signature.task is Task.REGRESSION else LABELS_OUTPUT
    outputs = [
        {
            "name": first,
            "datatype": tensors[first].datatype,
            "shape": list(predicted.values.shape),
            "data": predicted.values.ravel().tolist(),
        }
    ]
    if predicted.probabilities is not None:
        outputs.append(
            {
                "name": PROBABILITIES_OUTPUT,
                "datatype": "FP64",
                "shape": list(predicted.probabilities.shape),
                "data": predicted.probabilities.ravel().tolist(),
            }
        )
    return outputs


def read_example(directory: Path) -> Example:
    """The example of a bundle. Raises BundleUnreadable."""
    try:
        document = json.loads((directory / EXAMPLE_NAME).read_bytes())
        request, outputs = document["request"], document["response"]["outputs"]
        if not isinstance(request, dict) or not isinstance(outputs, list) or not outputs:
            raise BundleUnreadable(f"{EXAMPLE_NAME}: expected a request and outputs")
        return Example(request, tuple(outputs))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BundleUnreadable(f"{EXAMPLE_NAME} is not an example: {fault!r}") from fault
