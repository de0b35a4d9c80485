"""Tensors as bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelserver.payloads.binary_tensors import (
    BinaryPart,
    decoded_numbers,
    decoded_texts,
    encoded_tensor,
    json_bytes,
)
from modelserver.payloads.refusals import RequestRefused


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        pytest.param("BOOL", [True, False], id="booleans"),
        pytest.param("INT64", [-(2**63), 2**63 - 1], id="the widest integers"),
        pytest.param("UINT8", [0, 255], id="bytes that are numbers"),
        pytest.param("FP16", [1.5, -2.0], id="halves"),
        pytest.param("FP64", [0.1, 1e300], id="doubles"),
    ],
)
def test_numbers_come_back(datatype: str, data: list[Any]) -> None:
    """What one side writes the other reads."""
    sent = memoryview(encoded_tensor(datatype, data))
    assert data == decoded_numbers(sent, datatype, [2], "x").tolist()


@given(some.lists(some.text(max_size=8), max_size=5))
def test_texts_come_back(texts: list[str]) -> None:
    """Of any length, in any script."""
    clean = [text.encode(errors="replace").decode() for text in texts]
    sent = memoryview(encoded_tensor("BYTES", clean))
    assert clean == decoded_texts(sent, len(clean), "x")


@given(some.binary(max_size=40), some.integers(0, 5))
def test_any_bytes_are_texts_or_refused(sent: bytes, count: int) -> None:
    """Lengths that lie are told."""
    try:
        assert count == len(decoded_texts(memoryview(sent), count, "x"))
    except RequestRefused:
        return


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param(b"\x01\0\0", "element 0 of BYTES has no whole length", id="half a length"),
        pytest.param(b"\x05\0\0\0ab", "element 0 of BYTES is not all there", id="half a text"),
        pytest.param(b"\x01\0\0\0\xff", "element 0 is not UTF-8", id="no text"),
        pytest.param(b"", "0 elements of BYTES; the shape has 1", id="nothing"),
        pytest.param(b"\0\0\0\0" * 9, "elements of BYTES; the shape has 1", id="too many"),
    ],
)
def test_wrong_texts_get_a_sentence(sent: bytes, message: str) -> None:
    """Saying which element."""
    with pytest.raises(RequestRefused, match=message):
        decoded_texts(memoryview(sent), 1, "x")


@pytest.mark.parametrize(
    ("datatype", "shape", "message"),
    [
        pytest.param("FP32", [3], r"8 bytes; FP32 of shape \[3\] has 12", id="too few"),
        pytest.param("FP8", [2], "no binary form", id="an unknown datatype"),
        pytest.param(None, [2], "no binary form", id="none"),
    ],
)
def test_wrong_numbers_get_a_sentence(datatype: Any, shape: list[int], message: str) -> None:
    """Saying how many bytes there should be."""
    with pytest.raises(RequestRefused, match=message):
        decoded_numbers(memoryview(b"12345678"), datatype, shape, "x")


@pytest.mark.parametrize("size", [b"9", b"-1", b"", b"1e1", b"1" * 30])
def test_a_header_that_lies_is_told(size: bytes) -> None:
    """Longer than the body, or no number."""
    with pytest.raises(RequestRefused, match="inference-header-content-length"):
        json_bytes(size, b"12345678")


def test_tensors_are_taken_in_order() -> None:
    """And nothing may be left."""
    part = BinaryPart(memoryview(b"abcde"))
    assert (2, b"abc") == (json_bytes(b"2", b"{}abcde"), bytes(part.take(3, "x")))
    with pytest.raises(RequestRefused, match="2 bytes behind the last tensor"):
        part.check_end()
    for size in (3, -1, None, True, "2"):
        with pytest.raises(RequestRefused, match="2 bytes are left"):
            part.take(size, "x")
    part.take(2, "x")
    part.check_end()
