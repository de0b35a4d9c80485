"""What goes back? A status, JSON bytes, and how many rows were predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy.typing as npt
import orjson

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT
from modelserver.binary_tensors import BINARY, BINARY_HEADER, encoded_tensor

JSON = "application/json"

_SOON = (("retry-after", "1"),)
_WHEN: Mapping[int, tuple[tuple[str, str], ...]] = MappingProxyType({429: _SOON, 503: _SOON})


class Answer(NamedTuple):
    """An answer before it meets a transport. A tuple: quicker made than a frozen dataclass."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    rows: int = 0


def json_answer(document: Any, status: int = 200) -> Answer:
    """The document as JSON; 429 and 503 say when to come back."""
    return Answer(status, orjson.dumps(document), headers=_WHEN.get(status, ()))


def error_answer(message: str, status: int, allowed: tuple[str, ...] = ()) -> Answer:
    """`{"error": message}`, as the V2 protocol wants it; 429 and 503 say when to come back.

    `allowed`: for 405, the methods to use instead, as RFC 9110 15.5.6 requires.
    """
    headers = _WHEN.get(status, ())
    if allowed:
        headers += (("allow", ", ".join(allowed)),)
    return Answer(status, orjson.dumps({"error": message}), headers=headers)


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The names an answer carries."""

    name: str
    revision: str
    digest: str


def v2_answer(
    predicted: Prediction,
    wanted: tuple[str, ...],
    request_id: str | None,
    of: ModelIdentity,
    binary: frozenset[str] = frozenset(),
) -> Answer:
    """The V2 response with the wanted outputs, flat and row-major, echoing the id.

    Those named in `binary` stand behind the JSON as bytes.
    """
    document: dict[str, Any] = {"model_name": of.name, "model_version": of.revision}
    if request_id is not None:
        document["id"] = request_id
    rows = len(predicted.values)
    document["outputs"] = outputs = []
    tensors: list[bytes] = []
    for name in wanted:
        values = _values(name, predicted)
        datatype = _DATATYPES[values.dtype.kind]
        output: dict[str, Any] = {"name": name, "datatype": datatype, "shape": values.shape}
        outputs.append(output)
        if name in binary:
            tensors.append(encoded_tensor(datatype, values.ravel()))
            output["parameters"] = {"binary_data_size": len(tensors[-1])}
        else:
            output["data"] = values.ravel().tolist()
    if not binary:
        return Answer(200, orjson.dumps(document), rows=rows)
    head = orjson.dumps(document)
    size = ((BINARY_HEADER, str(len(head))),)
    return Answer(200, b"".join((head, *tensors)), BINARY, size, rows)


def _values(name: str, predicted: Prediction) -> npt.NDArray[Any]:
    if name != PROBABILITIES_OUTPUT:
        return predicted.values
    assert predicted.probabilities is not None, "only outputs there are can be wanted"  # noqa: S101
    return predicted.probabilities


_DATATYPES = {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}


def v1_answer(predicted: Prediction) -> Answer:
    """`{"predictions": [label or number per row]}`."""
    body = orjson.dumps({"predictions": predicted.values.tolist()})
    return Answer(200, body, rows=len(predicted.values))
