"""How does a V2 response spell what the model said? JSON, or bytes behind JSON."""

from __future__ import annotations

from typing import Any, Final

import numpy.typing as npt
import orjson

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.payloads.binary_tensors import BINARY, BINARY_HEADER, encoded_tensor
from modelserver.payloads.v2_requests import InferRequest

_MANY: Final = 16
DATATYPES: Final = {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}


class V2Answers:
    """Responses of one model."""

    def __init__(self, identity: ModelIdentity) -> None:
        names = {"model_name": identity.name, "model_version": identity.revision}
        self._begin = orjson.dumps(names)[:-1]

    def of(self, predicted: Prediction, asked: InferRequest) -> Answer:
        """The outputs that were asked for, flat and row-major, with the id; some as bytes."""
        parts = [self._begin]
        if asked.id is not None:
            parts += (b',"id":', orjson.dumps(asked.id))
        outputs: list[bytes] = []
        tensors: list[bytes] = []
        for name in asked.wanted:
            values = output_values(name, predicted)
            if name in asked.binary:
                tensors.append(_as_bytes(values))
                outputs.append(_binary_output(name, values, len(tensors[-1])))
            else:
                outputs.append(_json_output(name, values))
        head = b"".join((*parts, b',"outputs":[', b",".join(outputs), b"]}"))
        if not tensors:
            return Answer(200, head, rows=len(predicted.values))
        body = b"".join((head, *tensors))
        size = ((BINARY_HEADER, str(len(head))),)
        return Answer(200, body, BINARY, size, len(predicted.values))


def output_values(name: str, predicted: Prediction) -> npt.NDArray[Any]:
    """What an output with this name holds."""
    if name != PROBABILITIES_OUTPUT:
        return predicted.values
    assert predicted.probabilities is not None, "only outputs there are can be wanted"  # noqa: S101
    return predicted.probabilities


def _json_output(name: str, values: npt.NDArray[Any]) -> bytes:
    """An output with its data; from some numbers on arrays are quicker than lists of objects."""
    flat = values.ravel()
    data = flat.tolist() if len(flat) < _MANY or flat.dtype.hasobject else flat
    datatype = DATATYPES[values.dtype.kind]
    output = {"name": name, "datatype": datatype, "shape": values.shape, "data": data}
    return orjson.dumps(output, option=orjson.OPT_SERIALIZE_NUMPY)


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
