"""What goes back? A status, JSON bytes, and how many rows were predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it meets a transport."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    rows: int = 0


def json_answer(document: Any, status: int = 200) -> Answer:
    """The document as JSON."""
    return Answer(status, orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))


def error_answer(message: str, status: int) -> Answer:
    """`{"error": message}`, as the V2 protocol wants it; 503 says when to come back."""
    headers = (("retry-after", "1"),) if status == 503 else ()
    return Answer(status, orjson.dumps({"error": message}), headers=headers)


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The names an answer carries."""

    name: str
    revision: str
    digest: str


def v2_answer(
    predicted: Prediction, wanted: tuple[str, ...], request_id: str | None, of: ModelIdentity
) -> Answer:
    """The V2 response with the wanted outputs, flat and row-major, echoing the id."""
    document: dict[str, Any] = {"model_name": of.name, "model_version": of.revision}
    if request_id is not None:
        document["id"] = request_id
    document["outputs"] = [_output(name, predicted) for name in wanted]
    body = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    return Answer(200, body, rows=len(predicted.values))


def _output(name: str, predicted: Prediction) -> dict[str, Any]:
    values = predicted.probabilities if name == PROBABILITIES_OUTPUT else predicted.values
    assert values is not None, "only outputs of the signature are wanted"  # noqa: S101
    flat = np.ascontiguousarray(values).ravel()
    data: Any = flat if flat.dtype == np.float64 else flat.tolist()
    return {
        "name": name,
        "datatype": _datatype(flat),
        "shape": list(values.shape),
        "data": data,
    }


def _datatype(values: Any) -> str:
    return {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}[values.dtype.kind]


def v1_answer(predicted: Prediction) -> Answer:
    """`{"predictions": [label or number per row]}`."""
    body = orjson.dumps({"predictions": predicted.values.tolist()})
    return Answer(200, body, rows=len(predicted.values))
