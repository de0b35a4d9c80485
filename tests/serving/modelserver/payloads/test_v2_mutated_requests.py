"""The fast path for JSON matrices and the general decoder read and refuse the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.payloads.binary_tensors import NO_BINARY
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import InferRequest, V2Decoder, json_object

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
_MORE = some.sampled_from([{}, {"parameters": {}}, {"more": 2}])


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
    _MORE,
)
def test_odd_matrices_are_read_alike(
    sent: dict[str, Any], extra: dict[str, Any], more: dict[str, Any]
) -> None:
    """Both give the same rows, ids and refusals."""
    _check_both({"inputs": [{**sent, **more}], **extra})


_PIECES = (
    *(b"[", b"]", b"{", b"}", b",", b" ", b'"', b"1", b"-", b"0", b"e9", b".5", b"[]", b"[["),
    *(b"null", b"true", b"1e400", b'"input"', b'"data":', b'"id":"7",', b"\\u005b", b"\xff", b"\0"),
)


def test_mutated_texts_are_read_alike() -> None:
    """Two parsers of JSON take and refuse the same. MUTATED_TEXTS (environment): how many."""
    random = Random(7)
    taken = 0
    for _ in range(int(os.environ.get("MUTATED_TEXTS", "20000"))):
        body = _mutated(random)
        expected = _result(partial(_general, body))
        found = _result(partial(_DECODER.decode, body))
        assert expected == found, body
        taken += len(found) > len(("sentence", "status"))
    assert taken > 100, "some are still requests"


def _general(body: bytes) -> InferRequest:
    return _DECODER.request(json_object(body), NO_BINARY)


def _mutated(random: Random) -> bytes:
    """A request for a matrix, flat or in rows, in which up to three places are others."""
    count = random.randint(1, 4)
    data: list[Any] = [random.random() * 10 ** random.randint(-300, 300) for _ in range(2 * count)]
    if random.random() < 0.5:
        data = [data[2 * row : 2 * row + 2] for row in range(count)]
    fields = list(_tensor("input", "FP64", [count, 2], data).items())
    random.shuffle(fields)
    extra: Any = random.choice([{}, {}, {"id": "["}, {"outputs": []}, {"parameters": {"a": [[]]}}])
    body = json.dumps({"inputs": [dict(fields)], **extra}).encode()
    for _ in range(random.randint(0, 3)):
        start = random.randrange(len(body))
        end = start + random.randint(0, 3)
        body = body[:start] + random.choice((b"", *_PIECES)) + body[end:]
    return body


def _check_both(document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    assert _result(partial(_general, body)) == _result(partial(_DECODER.decode, body))


_DECODER = V2Decoder(FLOATS, max_rows=3)


def _result(decode: Callable[[], InferRequest]) -> Any:
    try:
        found = decode()
    except RequestRefused as refusal:
        return str(refusal), refusal.status
    return (
        repr(found.rows.numbers.tolist()),
        found.rows.texts.tolist(),
        found.rows.texts.shape,
        found.wanted,
        found.id,
        found.binary,
    )
