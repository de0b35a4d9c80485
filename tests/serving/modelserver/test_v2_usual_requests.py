"""The short way of the usual V2 request gives what the long way gives."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.refusals import RequestRefused
from modelserver.v2_requests import decode_v2

FLOATS = Signature(
    Task.REGRESSION,
    (),
    (Feature("a", Kind.FLOAT, accepts_missing=True), Feature("b", Kind.FLOAT)),
    probabilities=False,
)
_CELLS = some.sampled_from([0, 1.5, -2, 10**300, 1e308, None, True, "1", [], [1.0, 2.0]])
_SHAPES = some.sampled_from([[1, 2], [2, 2], [2, True], [True, 2], [4], [0, 2], [9, 2], [1, 2.0]])
_EXTRAS = some.sampled_from(
    [{}, {"id": "7"}, {"id": 7}, {"id": None}, {"outputs": []}, {"parameters": {}}, {"more": 1}]
)


def _tensor(name: Any, datatype: Any, shape: Any, data: Any) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


@given(
    some.builds(
        _tensor,
        some.sampled_from(["input", "a", 3]),
        some.sampled_from(["FP64", "FP32", "INT64", "BYTES", 5, None]),
        _SHAPES,
        some.lists(_CELLS, max_size=6),
    ),
    _EXTRAS,
    some.sampled_from([{}, {"parameters": {}}, {"more": 2}]),
)
def test_the_usual_request_is_read_as_any_other(
    sent: dict[str, Any], extra: dict[str, Any], more: dict[str, Any]
) -> None:
    """The short way for one flat matrix gives the rows, the id and the refusals of the long one."""
    document = {"inputs": [{**sent, **more}], **extra}
    assert _result(document, {"parameters": {}}) == _result(document, {})


def _result(document: dict[str, Any], wishes: dict[str, Any]) -> Any:
    """What is decoded or refused; any wish, even an empty one, asks for the long way."""
    try:
        found = decode_v2(json.dumps({**wishes, **document}).encode(), FLOATS, 3)
    except RequestRefused as refusal:
        return str(refusal), refusal.status
    return found.rows.numbers.tolist(), found.rows.texts.shape, found.wanted, found.id, found.binary
