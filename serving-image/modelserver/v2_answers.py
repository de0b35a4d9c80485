"""How does a V2 response spell what the model said? JSON, or bytes behind JSON.

What answers of one shape have in common is spelled once and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy.typing as npt
import orjson

from modelbundle.prediction import Prediction
from modelbundle.signature import PROBABILITIES_OUTPUT
from modelserver.answers import Answer, ModelIdentity
from modelserver.binary_tensors import BINARY, BINARY_HEADER, encoded_tensor
from modelserver.v2_requests import InferRequest

_MOST_FORMS: Final = 1024
DATATYPES: Final = {"f": "FP64", "i": "INT64", "b": "BOOL", "O": "BYTES"}


class V2Answers:
    """Responses of one model."""

    def __init__(self, identity: ModelIdentity) -> None:
        names = {"model_name": identity.name, "model_version": identity.revision}
        self._begin = orjson.dumps(names)[:-1]
        self._forms: dict[tuple[Any, ...], bytes] = {}

    def of(self, predicted: Prediction, asked: InferRequest) -> Answer:
        """The outputs that were asked for, flat and row-major, with the id; some as bytes."""
        parts = [self._begin]
        if asked.id is not None:
            parts += (b',"id":', orjson.dumps(asked.id))
        separator = b',"outputs":['
        tensors: list[bytes] = []
        for name in asked.wanted:
            values = output_values(name, predicted)
            kind, shape = values.dtype.kind, values.shape
            form: tuple[Any, ...]
            if name in asked.binary:
                content = encoded_tensor(DATATYPES[kind], values)
                tensors.append(content)
                form = (name, kind, shape, len(content))
                parts += (separator, self._forms.get(form) or self._kept(form, _binary_output))
            else:
                form = (name, kind, shape)
                begin = self._forms.get(form) or self._kept(form, _output)
                parts += (separator, begin, orjson.dumps(values.ravel().tolist()), b"}")
            separator = b","
        parts.append(b"]}")
        head = b"".join(parts)
        if not tensors:
            return Answer(200, head, rows=len(predicted.values))
        size = ((BINARY_HEADER, str(len(head))),)
        return Answer(200, b"".join((head, *tensors)), BINARY, size, len(predicted.values))

    def _kept(self, form: tuple[Any, ...], spelled: Callable[..., bytes]) -> bytes:
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()
        self._forms[form] = found = spelled(*form)
        return found


def output_values(name: str, predicted: Prediction) -> npt.NDArray[Any]:
    """What an output with this name holds."""
    if name != PROBABILITIES_OUTPUT:
        return predicted.values
    assert predicted.probabilities is not None, "only outputs there are can be wanted"  # noqa: S101
    return predicted.probabilities


def _output(name: str, kind: str, shape: tuple[int, ...]) -> bytes:
    """An output up to its data."""
    output = {"name": name, "datatype": DATATYPES[kind], "shape": shape}
    return orjson.dumps(output)[:-1] + b',"data":'


def _binary_output(name: str, kind: str, shape: tuple[int, ...], size: int) -> bytes:
    """An output whose data are so many bytes elsewhere."""
    parameters = {"binary_data_size": size}
    return orjson.dumps(
        {"name": name, "datatype": DATATYPES[kind], "shape": shape, "parameters": parameters}
    )
