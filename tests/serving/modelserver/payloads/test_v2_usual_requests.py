"""The short ways of the usual V2 requests give what the long way gives."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as some

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.payloads.binary_tensors import NO_BINARY, BinaryPart, encoded_tensor
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import InferRequest, V2Decoder, json_object

FLOATS = Signature(
    Task.REGRESSION,
    (),
    (Feature("a", Kind.FLOAT, accepts_missing=True), Feature("b", Kind.FLOAT)),
    probabilities=False,
)
MIXED = Signature(
    Task.REGRESSION,
    (),
    (
        Feature("a", Kind.FLOAT),
        Feature("n", Kind.INTEGER),
        Feature("site", Kind.CATEGORY, accepts_missing=True, categories=("x", "y")),
        Feature("note", Kind.CATEGORY),
    ),
    probabilities=False,
)
TRUTHS = Signature(
    Task.REGRESSION,
    (),
    (Feature("ok", Kind.BOOLEAN), Feature("b", Kind.FLOAT)),
    probabilities=False,
)
_MAX_ROWS = 3
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
def test_the_usual_matrix_is_read_as_any_other(
    sent: dict[str, Any], extra: dict[str, Any], more: dict[str, Any]
) -> None:
    """The short way for one flat matrix gives the rows, the id and the refusals of the long one."""
    _both_ways({"inputs": [{**sent, **more}], **extra}, FLOATS)


_PIECES = (
    *(b"[", b"]", b"{", b"}", b",", b" ", b'"', b"1", b"-", b"0", b"e9", b".5", b"[]", b"[["),
    *(b"null", b"true", b"1e400", b'"input"', b'"data":', b'"id":"7",', b"\\u005b", b"\xff", b"\0"),
)


def test_mutated_texts_are_read_as_any_others() -> None:
    """Two parsers of JSON take and refuse the same. MUTATED_TEXTS (environment): how many."""
    random = Random(7)
    taken = 0
    for _ in range(int(os.environ.get("MUTATED_TEXTS", "20000"))):
        body = _mutated(random)
        expected = _result(partial(_long_way, body))
        found = _result(partial(_DECODERS[id(FLOATS)].decode, body))
        assert expected == found, body
        taken += len(found) > len(("sentence", "status"))
    assert taken > 100, "some are still requests"


def _long_way(body: bytes) -> InferRequest:
    return _DECODERS[id(FLOATS)].request(json_object(body), NO_BINARY)


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


# Columns that are nearly always good: otherwise no request with several of them ever were.
_COUNTS = some.sampled_from([1, 2, 3, 4])
_ODD = some.integers(0, 12)


def _column(name: str, count: int, odd: int, value: Any) -> dict[str, Any]:
    """One good column, in which something may be odd."""
    good: Any = {"a": 1.5, "n": 7, "ok": 1, "b": 2.5, "site": "x", "note": "hello"}[name]
    datatype = {"a": "FP64", "b": "FP32", "n": "INT64", "ok": "INT64"}.get(name, "BYTES")
    data, shape = [good] * count, [count, 1] if odd % 2 else [count]
    changes: list[Callable[[], Any]] = [
        lambda: data.__setitem__(-1, value),
        lambda: shape.__setitem__(-1, value),
        lambda: data.append(good),
    ]
    if odd < len(changes):
        changes[odd]()
    if odd == 3:
        datatype = value
    return _tensor(name, datatype, shape, data)


_VALUES: some.SearchStrategy[Any] = some.sampled_from(
    [None, True, 1, 1.0, 2.5, -1, 2**63, 10**300, "", "x", "z", "FP64", "BOOL", "INT64", [], {}]
)


@settings(max_examples=600)
@given(
    some.sampled_from([MIXED, TRUTHS]),
    _COUNTS,
    some.lists(some.tuples(_ODD, _VALUES), min_size=4, max_size=4),
    some.tuples(some.permutations([0, 1, 2, 3]), some.sampled_from([0, 0, 0, 1, 2])),
    _EXTRAS,
)
def test_usual_columns_are_read_as_any_others(
    signature: Signature,
    count: int,
    oddities: list[tuple[int, Any]],
    arranged: tuple[list[int], int],
    extra: dict[str, Any],
) -> None:
    """So does the short way for one tensor per feature, in any order, one missing or twice."""
    order, wrong = arranged
    names = [feature.name for feature in signature.features]
    inputs = [_column(name, count, *odd) for name, odd in zip(names, oddities, strict=False)]
    inputs = [inputs[position] for position in order if position < len(inputs)]
    if wrong == 1:
        inputs.pop()
    elif wrong:
        inputs[0] = inputs[-1]
    _both_ways({"inputs": inputs, **extra}, signature)


_COLUMNS = some.fixed_dictionaries(
    {
        "a": some.lists(some.sampled_from([1.5, -2.0, float("nan"), 1e300]), min_size=3),
        "n": some.lists(some.sampled_from([7, -1, 2**62]), min_size=3),
        "site": some.lists(some.sampled_from(["x", "y", "", "z", "long" * 20]), min_size=3),
        "note": some.lists(some.sampled_from(["hello", "", "é", "a\0b"]), min_size=3),
    }
)


@settings(max_examples=400)
@given(_COLUMNS, _COUNTS, some.integers(-1, 1), _EXTRAS)
def test_usual_columns_in_bytes_are_read_as_any_others(
    columns: dict[str, list[Any]], count: int, off: int, extra: dict[str, Any]
) -> None:
    """With texts of all kinds, gaps, and sizes that lie."""
    inputs: list[dict[str, Any]] = []
    contents: list[bytes] = []
    datatypes = {"a": "FP64", "n": "INT64"}
    for name, data in columns.items():
        datatype = datatypes.get(name, "BYTES")
        content = encoded_tensor(datatype, data[:count])
        tensor = {"name": name, "datatype": datatype, "shape": [count]}
        inputs.append({**tensor, "parameters": {"binary_data_size": len(content)}})
        contents.append(content)
    inputs[1]["parameters"]["binary_data_size"] += off
    _both_ways({"inputs": inputs, **extra}, MIXED, b"".join(contents))


@given(
    some.lists(some.sampled_from([1.5, -2.0, float("nan"), float("inf"), 1e30]), max_size=8),
    some.sampled_from(["FP64", "FP32", "INT64"]),
    some.sampled_from([[1, 2], [2, 2], [2, True], [4], [4, 2], [2.0, 2]]),
    some.sampled_from([{}, {"parameters": {"binary_data_output": True}}, {"id": "7"}]),
)
def test_a_familiar_matrix_in_bytes_is_read_as_a_new_one(
    data: list[float], datatype: str, shape: list[Any], extra: dict[str, Any]
) -> None:
    """Whatever was learnt from requests before."""
    content = encoded_tensor("FP32" if datatype == "FP32" else "FP64", data)
    tensor = {"name": "input", "datatype": datatype, "shape": shape}
    inputs = [{**tensor, "parameters": {"binary_data_size": len(content)}}]
    _both_ways({"inputs": inputs, **extra}, FLOATS, content)


def _both_ways(
    document: dict[str, Any], signature: Signature, content: bytes | None = None
) -> None:
    """The same is decoded or refused, by one decoder for all that a test sends."""
    text = json.dumps(document).encode()
    body, size = text + (content or b""), None if content is None else str(len(text)).encode()
    decoder = _DECODERS[id(signature)]

    def long_way() -> InferRequest:
        binary = NO_BINARY if content is None else BinaryPart(memoryview(content))
        return decoder.request(orjson.loads(text), binary)

    expected = _result(long_way)
    assert expected == _result(lambda: decoder.decode(body, size))
    assert expected == _result(lambda: decoder.decode(body, size))


_DECODERS = {id(each): V2Decoder(each, _MAX_ROWS) for each in (FLOATS, MIXED, TRUTHS)}


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
