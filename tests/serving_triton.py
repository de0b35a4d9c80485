"""What tests send with NVIDIA's clients, whose classes are the same over HTTP and gRPC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from serving_process import MODEL

MakeInput = Callable[[str, list[int], str], Any]
"""`InferInput` of either client."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that either port refuses with this sentence; `status` is gRPC's word for it."""

    says: str
    sentence: str
    status: str = "INVALID_ARGUMENT"
    model: str = MODEL
    name: str = "input"
    shape: tuple[int, ...] = (1, 30)

    def tensor(self, make: MakeInput) -> Any:
        """Zeros of the shape."""
        return tensor(make, self.name, "FP64", np.zeros(self.shape))


REFUSED = (
    Refused("a wrong shape", "expected [rows, 30]", shape=(1, 29)),
    Refused("an input there is not", "unknown input 'other'", name="other", shape=(1,)),
    Refused("another model", "there is no model 'others' here", "NOT_FOUND", model="others"),
    Refused("too many rows", "601 rows; at most 600", "RESOURCE_EXHAUSTED", shape=(601, 30)),
)
"""By the tumours model with a limit of 600 rows."""


def tensor(make: MakeInput, name: str, datatype: str, values: np.ndarray, **how: bool) -> Any:
    """The values as an input; `how` is what that client's set_data_from_numpy takes."""
    made = make(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, **how)
    return made


def matrix(make: MakeInput, rows: np.ndarray, datatype: str = "FP64", **how: bool) -> Any:
    """The rows as the one input of a model of numbers."""
    return tensor(make, "input", datatype, rows, **how)


def patient_columns(table: pd.DataFrame) -> Mapping[str, tuple[str, np.ndarray]]:
    """Datatype and values of each feature of the patients: of every kind, some missing."""
    return {
        "size": ("FP64", table["size"].to_numpy(np.float64)),
        "age": ("INT64", table["age"].to_numpy(np.int64)),
        "smoker": ("BOOL", table["smoker"].to_numpy(bool)),
        "site": ("BYTES", table["site"].to_numpy(object)),
    }


def patient_tensors(make: MakeInput, table: pd.DataFrame) -> list[Any]:
    """An input per feature of the patients."""
    columns = patient_columns(table).items()
    return [tensor(make, name, datatype, values) for name, (datatype, values) in columns]


def texts(labels: np.ndarray) -> list[str]:
    """The labels as the bundle has them: texts travel as bytes, but not through JSON."""
    return [label.decode() if isinstance(label, bytes) else str(label) for label in labels]
