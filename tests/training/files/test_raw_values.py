"""To which types raw values are brought."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from trainer.files.raw_values import TIMESTAMP, plain, texts_of, why_no_value


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        pytest.param(pa.array([1], pa.int8()), pa.int64(), id="small integers"),
        pytest.param(pa.array([2**64 - 1], pa.uint64()), pa.string(), id="integers over 64 bits"),
        pytest.param(pa.array([1.5], pa.float32()), pa.float64(), id="small floats"),
        pytest.param(pa.array([Decimal("1.50")]), pa.string(), id="decimals keep their digits"),
        pytest.param(pa.array(["a"]).dictionary_encode(), pa.string(), id="dictionaries"),
        pytest.param(pa.array([date(2026, 1, 1)]), TIMESTAMP, id="dates"),
        pytest.param(pa.array([1], pa.timestamp("ns")), TIMESTAMP, id="nanoseconds without zone"),
        pytest.param(
            pa.array([2**45], pa.timestamp("s")), pa.string(), id="seconds beyond microseconds"
        ),
        pytest.param(pa.array([b"a"], pa.large_binary()), pa.binary(), id="large bytes"),
        pytest.param(pa.array([None], pa.null()), pa.string(), id="nothing at all"),
    ],
)
def test_many_types_become_few(array: pa.Array, expected: pa.DataType) -> None:
    """No cell is lost on the way."""
    found = plain(array)
    assert (expected, len(array)) == (found.type, len(found))
    assert array.null_count == found.null_count


def test_bytes_that_are_no_text_can_still_be_shown() -> None:
    """With a mark in the place of what cannot be read."""
    array = pa.array([b"caf\xe9", "café".encode(), None], pa.binary())
    assert ["caf�", "café", None] == texts_of(array).to_pylist()


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        pytest.param(pa.list_(pa.float32()), "lists", id="an embedding"),
        pytest.param(pa.dictionary(pa.int8(), pa.list_(pa.int8())), "lists", id="coded lists"),
        pytest.param(pa.duration("us"), "durations", id="a duration"),
        pytest.param(pa.time32("s"), "times of day", id="a time of day"),
    ],
)
def test_types_without_a_value_per_cell_say_why(kind: pa.DataType, word: str) -> None:
    """Never taken as text in silence."""
    assert word in (why_no_value(kind) or "")


def test_types_with_values_are_read() -> None:
    """Numbers, texts, times, truths, bytes."""
    kinds = (pa.int8(), pa.float32(), pa.string(), pa.date32(), pa.bool_(), pa.binary(4))
    assert {None} == {why_no_value(kind) for kind in kinds}
