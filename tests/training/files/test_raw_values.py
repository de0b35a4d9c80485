"""To which types raw values are brought."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from trainer.files.raw_values import TIMESTAMP, plain, texts_of


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
        pytest.param(pa.array([[1, 2]]), pa.string(), id="lists"),
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
