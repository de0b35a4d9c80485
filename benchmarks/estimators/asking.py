"""What does the served model say of all test rows, and how far is it from the one made by hand?"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from modelbundle.signature import Feature, Kind

_DATATYPES = {
    Kind.FLOAT: "FP64",
    Kind.INTEGER: "INT64",
    Kind.BOOLEAN: "BOOL",
    Kind.CATEGORY: "BYTES",
}
ALLOWED = 1e-5


@dataclass(frozen=True, slots=True)
class Answers:
    """Of each row: a label or a number, and the probabilities where there are any."""

    values: list[Any]
    probabilities: npt.NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class Distance:
    """How far answers are from those that were expected."""

    rows: int
    labels: int
    """So many labels differ."""
    numbers: float
    """The largest distance of a probability, or of a number as a share of its size."""

    @property
    def holds(self) -> bool:
        """All labels, and numbers within 1e-5."""
        return self.rows > 0 and self.labels == 0 and self.numbers <= ALLOWED


def request_of(table: pa.Table, features: Sequence[Feature]) -> bytes:
    """The rows as a request of the Open Inference Protocol, a tensor for each raw column."""
    inputs = [
        {
            "name": feature.name,
            "datatype": _DATATYPES[feature.kind],
            "shape": [table.num_rows],
            "data": table.column(feature.name).to_pylist(),
        }
        for feature in features
    ]
    return json.dumps({"inputs": inputs}).encode()


def answered(url: str, body: bytes) -> Answers:
    """What the server says."""
    with urllib.request.urlopen(url, body, timeout=60) as answer:  # noqa: S310 an address of ours
        outputs = {each["name"]: each for each in json.load(answer)["outputs"]}
    first = outputs.get("labels") or outputs["predictions"]
    found = outputs.get("probabilities")
    probabilities = None if found is None else np.reshape(found["data"], found["shape"])
    return Answers(first["data"], probabilities)


def frame_of(table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """Numbers and flags as float64 with NaN, texts with the empty one where one is missing."""
    columns = {}
    for name in names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            columns[name] = pd.Series([text or "" for text in column.to_pylist()], dtype=object)
        else:
            columns[name] = pd.Series(column.cast(pa.float64(), safe=False).to_numpy())
    return pd.DataFrame(columns)


def expected_of(model: Any, train: pa.Table, test: pa.Table, names: Sequence[str]) -> Answers:
    """What the model made by hand says of the test rows, fitted on the train rows.

    The last name is that of the target.
    """
    *features, target = names
    model.fit(frame_of(train, features), np.array(train.column(target).to_pylist()))
    asked = frame_of(test, features)
    found = model.predict_proba(asked) if hasattr(model, "predict_proba") else None
    return Answers(np.asarray(model.predict(asked)).tolist(), found)


def distance(found: Answers, expected: Answers) -> Distance:
    """Row by row."""
    rows = len(expected.values)
    if len(found.values) != rows:
        return Distance(0, rows, float("inf"))
    if isinstance(expected.values[0], float):
        size = np.maximum(1, np.abs(expected.values))
        far = np.abs(np.subtract(found.values, expected.values)) / size
        return Distance(rows, 0, float(np.max(far)))
    labels = sum(a != b for a, b in zip(found.values, expected.values, strict=True))
    if expected.probabilities is None:
        return Distance(rows, labels, 0.0)
    if found.probabilities is None or found.probabilities.shape != expected.probabilities.shape:
        return Distance(rows, labels, float("inf"))
    return Distance(
        rows, labels, float(np.max(np.abs(found.probabilities - expected.probabilities)))
    )
