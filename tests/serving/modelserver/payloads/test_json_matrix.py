"""The fast path for one JSON matrix: what it reads, and what it leaves to the general decoder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelserver.payloads.json_matrix import JsonMatrixReader, SentMatrix

GOOD = {"name": "input", "datatype": "FP64", "shape": [2, 2], "data": [1, 2.5, -3, 4]}
ROWS = [[1.0, 2.5], [-3.0, 4.0]]


def sent(body: bytes | bytearray, most: int = 2) -> SentMatrix | None:
    """What the reader says, where rows have two numbers."""
    return JsonMatrixReader(2, most).read(body)


def text(*inputs: dict[str, Any], **more: Any) -> bytes:
    """A request as Python's json writes it, with blanks."""
    return json.dumps({"inputs": list(inputs), **more}).encode()


@pytest.mark.parametrize("kind", [bytes, bytearray])
@pytest.mark.parametrize("datatype", ["FP16", "FP32", "FP64"])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param([1, 2.5, -3, 4], id="flat"),
        pytest.param([[1, 2.5], [-3, 4]], id="in rows"),
    ],
)
def test_a_matrix_of_floats_is_taken(
    data: list[Any], datatype: str, kind: type[bytes | bytearray]
) -> None:
    """Row by row, and writable, as all rows are."""
    found = sent(kind(text({**GOOD, "data": data, "datatype": datatype})))
    assert found is not None
    assert (ROWS, {}) == (found.numbers.tolist(), found.rest)
    assert found.numbers.flags.writeable


def test_the_fields_may_come_in_any_order() -> None:
    """As JSON has it; the shape has the last bracket here."""
    found = sent(text(dict(reversed(GOOD.items()))))
    assert found is not None
    assert found.numbers.tolist() == ROWS


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param({"id": "[7"}, id="an id with a bracket"),
        pytest.param({"outputs": [{"name": "labels"}]}, id="wanted outputs"),
        pytest.param({"parameters": {"a": [[1], {"b": None}]}, "id": "7"}, id="parameters"),
        pytest.param({"id": None, "parameters": None}, id="nulls"),
    ],
)
@pytest.mark.parametrize("data", [GOOD["data"], ROWS], ids=["flat", "in rows"])
def test_what_else_is_asked_is_told(rest: dict[str, Any], data: Any) -> None:
    """As plain values."""
    found = sent(text({**GOOD, "data": data}, **rest))
    assert found is not None
    assert (ROWS, rest) == (found.numbers.tolist(), found.rest)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"data": [1, 2.5, None, 4]}, id="a missing value"),
        pytest.param({"data": [1, 2.5, True, 4]}, id="a truth"),
        pytest.param({"data": [1, 2.5, "3", 4]}, id="a text"),
        pytest.param({"data": "1234"}, id="a text for data"),
        pytest.param({"data": {"a": 1, "b": 2, "c": 3, "d": 4}}, id="an object for data"),
        pytest.param({"data": None}, id="nothing for data"),
        pytest.param({"data": [1, 2.5, -3]}, id="too few"),
        pytest.param({"data": [1, 2.5, -3, 4, 5]}, id="too many"),
        pytest.param({"data": [[1, 2.5, -3], [4]]}, id="rows of different lengths"),
        pytest.param({"data": [[1, 2.5, -3, 4], []]}, id="an empty row"),
        pytest.param({"data": [[], [1, 2.5], -3, 4]}, id="rows among numbers"),
        pytest.param({"data": [[[1, 2.5], [-3, 4]]]}, id="rows in rows"),
        pytest.param({"data": [[1, 2.5], {"a": -3, "b": 4}]}, id="an object for a row"),
        pytest.param({"data": [[1, 2.5], "[4"]}, id="a text with a bracket for a row"),
        pytest.param({"data": [1, 2, 3, 2**64]}, id="a large whole number"),
        pytest.param({"shape": [4, 1]}, id="another width"),
        pytest.param({"shape": [3, 2]}, id="another count"),
        pytest.param({"shape": [2.0, 2]}, id="half a shape"),
        pytest.param({"shape": [True, 2], "data": [1, 2]}, id="a truth for a count"),
        pytest.param({"shape": [4]}, id="one dimension"),
        pytest.param({"shape": "22"}, id="a text for a shape"),
        pytest.param({"shape": [0, 2], "data": []}, id="no rows"),
        pytest.param({"datatype": "INT64"}, id="whole numbers"),
        pytest.param({"datatype": ["FP64"]}, id="a datatype that is none"),
        pytest.param({"parameters": {}}, id="parameters"),
        pytest.param({"name": "inputs"}, id="another name"),
    ],
)
def test_anything_else_is_left_to_the_general_decoder(changes: dict[str, Any]) -> None:
    """None is no refusal."""
    assert sent(text({**GOOD, **changes})) is None


GOOD_TEXT = json.dumps(GOOD).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="no end"),
        pytest.param(b"\xef\xbb\xbf" + text(GOOD), id="a byte order mark"),
        pytest.param(b" " + text(GOOD), id="a blank"),
        pytest.param(text(GOOD) + b"x", id="something behind it"),
        pytest.param(text(GOOD, GOOD), id="two inputs"),
        pytest.param(text(), id="no input"),
        pytest.param(b'["input"]', id="a list"),
        pytest.param(b'{"inputs": "input"}', id="a text for inputs"),
        pytest.param(b'{"inputs": {"input": 1}}', id="an object for inputs"),
        pytest.param(b'{"inputs": [%b], "inputs": []}' % GOOD_TEXT, id="inputs twice"),
        pytest.param(text({**GOOD, "data": [1e308 * 10] * 4}), id="infinity"),
        pytest.param(text(GOOD).replace(b"2.5", b"1e400"), id="beyond floats"),
        pytest.param(text(GOOD).replace(b"2.5", b"02.5"), id="a zero too many"),
        pytest.param(
            b'{"inputs": [%b], "id": "\\u005b\\u005b"}'
            % GOOD_TEXT.replace(b"[1, 2.5,", b"[[1, 2.5], [],"),
            id="brackets in disguise",
        ),
    ],
)
def test_any_other_text_is_left_to_the_general_decoder(body: bytes) -> None:
    """Also what some parsers take and others do not."""
    assert sent(body) is None


def test_more_rows_or_bytes_than_usual() -> None:
    """The parser keeps as much memory as its longest document took."""
    assert sent(text(GOOD), most=1) is None
    many = {**GOOD, "shape": [50_000, 2], "data": [1.25] * 100_000}
    assert sent(text(many), most=50_000) is None


def test_a_refusal_spoils_nothing() -> None:
    """One parser for all requests: it is free again after each, whatever was wrong with it."""
    matrix = JsonMatrixReader(2, 2)
    for body in (b'{"input"', text({**GOOD, "data": [None] * 4}), text(GOOD, GOOD), text()):
        assert matrix.read(body) is None
        found = matrix.read(text(GOOD))
        assert found is not None
        assert found.numbers.tolist() == ROWS


def test_a_parser_that_is_held_is_left_behind() -> None:
    """It would refuse every request from then on."""
    matrix = JsonMatrixReader(2, 2)
    held: Any = matrix._parser.parse(text(GOOD))
    assert matrix.read(text(GOOD)) is None
    assert matrix.read(text(GOOD)) is not None
    assert len(held) == 1


def test_numbers_outlive_the_next_request() -> None:
    """They are no part of the parser."""
    matrix = JsonMatrixReader(2, 2)
    first = matrix.read(text(GOOD))
    matrix.read(text({**GOOD, "data": [9, 9, 9, 9]}))
    assert first is not None
    assert first.numbers.tolist() == ROWS
