"""How does a V2 response spell what the model said? JSON, or bytes behind JSON.

What answers of one shape have in common is spelled once and kept.
"""

from __future__ import annotations

from typing import Any, Final

import numpy.typing as npt
import orjson

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT
from modelserver.payloads.answers import Answer, Headers, ModelIdentity
from modelserver.payloads.binary_tensors import BINARY, BINARY_HEADER, encoded_tensor
from modelserver.payloads.v2_requests import InferRequest

_MOST_FORMS: Final = 1024
_MANY: Final = 16
DATATYPES: Final = {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}


class V2Answers:
    """Responses of one model."""

    def __init__(self, identity: ModelIdentity) -> None:
        names = {"model_name": identity.name, "model_version": identity.revision}
        self._begin = orjson.dumps(names)[:-1]
        self._outputs: dict[tuple[Any, ...], bytes] = {}
        self._heads: dict[tuple[Any, ...], tuple[bytes, Headers]] = {}

    def of(self, predicted: Prediction, asked: InferRequest) -> Answer:
        """The outputs that were asked for, flat and row-major, with the id; some as bytes."""
        if asked.id is None and len(asked.binary) == len(asked.wanted):
            return self._in_bytes(predicted, asked.wanted)
        parts = [self._begin]
        if asked.id is not None:
            parts += (b',"id":', orjson.dumps(asked.id))
        separator = b',"outputs":['
        tensors: list[bytes] = []
        for name in asked.wanted:
            values = output_values(name, predicted)
            parts.append(separator)
            if name in asked.binary:
                tensors.append(_as_bytes(values))
                parts.append(_binary_output(name, values, len(tensors[-1])))
            else:
                begin = self._begin_of(name, values.dtype.kind, values.shape)
                parts += (begin, _in_digits(values), b"}")
            separator = b","
        parts.append(b"]}")
        head = b"".join(parts)
        if not tensors:
            return Answer(200, head, rows=len(predicted.values))
        body = b"".join((head, *tensors))
        return Answer(200, body, BINARY, _length(head), len(predicted.values))

    def _in_bytes(self, predicted: Prediction, wanted: tuple[str, ...]) -> Answer:
        """All outputs as bytes: only their numbers differ from those of others as long."""
        count = len(predicted.values)
        tensors = [_as_bytes(output_values(name, predicted)) for name in wanted]
        form = (wanted, count, *map(len, tensors))
        found = self._heads.get(form)
        if found is None:
            parts = [
                _binary_output(name, output_values(name, predicted), len(tensor))
                for name, tensor in zip(wanted, tensors, strict=True)
            ]
            head = b'%b,"outputs":[%b]}' % (self._begin, b",".join(parts))
            found = (head, _length(head))
            _keep(self._heads, form, found)
        head, headers = found
        return Answer(200, b"".join((head, *tensors)), BINARY, headers, count)

    def _begin_of(self, name: str, kind: str, shape: tuple[int, ...]) -> bytes:
        """An output up to its data."""
        form = (name, kind, shape)
        found = self._outputs.get(form)
        if found is None:
            output = {"name": name, "datatype": DATATYPES[kind], "shape": shape}
            found = orjson.dumps(output)[:-1] + b',"data":'
            _keep(self._outputs, form, found)
        return found


def _keep(known: dict[tuple[Any, ...], Any], form: tuple[Any, ...], found: Any) -> None:
    """Found the next time; nobody can fill the memory with forms that never come again."""
    if len(known) >= _MOST_FORMS:
        known.clear()
    known[form] = found


def output_values(name: str, predicted: Prediction) -> npt.NDArray[Any]:
    """What an output with this name holds."""
    if name != PROBABILITIES_OUTPUT:
        return predicted.values
    assert predicted.probabilities is not None, "only outputs there are can be wanted"  # noqa: S101
    return predicted.probabilities


def _in_digits(values: npt.NDArray[Any]) -> bytes:
    """A JSON list, row-major; from some numbers on arrays are quicker than lists of objects."""
    flat = values.ravel()
    if len(flat) < _MANY or flat.dtype.hasobject:
        return orjson.dumps(flat.tolist())
    return orjson.dumps(flat, option=orjson.OPT_SERIALIZE_NUMPY)


def _as_bytes(values: npt.NDArray[Any]) -> bytes:
    """What a prediction holds has the very types of the protocol, but for texts."""
    return encoded_tensor("BYTES", values) if values.dtype.hasobject else values.tobytes()


def _binary_output(name: str, values: npt.NDArray[Any], size: int) -> bytes:
    """An output whose data are so many bytes elsewhere."""
    datatype = DATATYPES[values.dtype.kind]
    parameters = {"binary_data_size": size}
    return orjson.dumps(
        {"name": name, "datatype": datatype, "shape": values.shape, "parameters": parameters}
    )


def _length(head: bytes) -> Headers:
    return ((BINARY_HEADER, str(len(head))),)
