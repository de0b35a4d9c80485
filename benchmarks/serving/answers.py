"""What does an answer say? Labels, and probabilities where they were sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

_DATATYPES = {"INT64": "<i8", "FP64": "<f8"}


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A label per row; probabilities per row and class, or None."""

    labels: list[int]
    probabilities: Any = None


def v2_said(body: bytes) -> Said:
    """Of a V2 answer in JSON, in which labels are the first output."""
    outputs = json.loads(body)["outputs"]
    return _said([np.reshape(output["data"], output["shape"]) for output in outputs])


def v2_binary_said(body: bytes) -> Said:
    """Of a V2 answer whose outputs stand as bytes behind the JSON."""
    document, end = json.JSONDecoder().raw_decode(body.decode("latin-1"))
    outputs = []
    for output in document["outputs"]:
        size = output["parameters"]["binary_data_size"]
        values = np.frombuffer(body[end : end + size], dtype=_DATATYPES[output["datatype"]])
        outputs.append(values.reshape(output["shape"]))
        end += size
    return _said(outputs)


def _said(outputs: list[Any]) -> Said:
    labels = [int(label) for label in np.ravel(outputs[0])]
    return Said(labels, outputs[1] if len(outputs) > 1 else None)
