"""By what a row is known."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from ingests import ingest_task

from trainer.rows.row_digests import (
    ContentDigest,
    Keys,
    block_keys,
    mix,
    positions,
    row_keys,
)
from trainer.rows.schema import declared_schema

_ROWS = st.lists(
    st.tuples(
        st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda n: n + 0.0),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.text(min_size=1, max_size=5),
        st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=30,
)
_LANES = (0x243F6A8885A308D3, 0x13198A2E03707344)
_MISSING = (0xA4093822299F31D0, 0x082EFA98EC4E6C89)
_WHOLE = 2**64

Row = tuple[float | None, int | None, str | None, bool | None]


def _batch(rows: list[Row]) -> pa.RecordBatch:
    kinds = (pa.float64(), pa.int64(), pa.string(), pa.bool_())
    arrays = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    return pa.RecordBatch.from_arrays(arrays, names=["d", "c", "b", "a"])


def _mixed(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % _WHOLE
    value = (value ^ value >> 27) * 0x94D049BB133111EB % _WHOLE
    return value ^ value >> 31


def _value(cell: float | str | bool | None, lane: int) -> int:
    if cell is None:
        return _MISSING[lane]
    if isinstance(cell, str):
        return int.from_bytes(hashlib.sha256(cell.encode()).digest()[8 * lane : 8 * lane + 8])
    bits = struct.pack("<d" if isinstance(cell, float) else "<q", cell)
    return _mixed(int.from_bytes(bits, "little") ^ _LANES[lane])


def _expected(row: Row) -> list[int]:
    lanes = [0, 0]
    for cell in reversed(row):
        lanes = [_mixed(lane ^ _value(cell, place)) for place, lane in enumerate(lanes)]
    return lanes


@given(_ROWS)
def test_a_row_is_known_by_its_documented_values(rows: list[Row]) -> None:
    """Columns in the order of their names; another program can compute the same."""
    assert [_expected(row) for row in rows] == row_keys(_batch(rows)).tolist()


@given(_ROWS, st.integers(0, 30))
def test_neighbours_do_not_matter(rows: list[Row], cut: int) -> None:
    """A slice of a batch has the keys of the whole."""
    batch = _batch(rows)
    assert row_keys(batch)[cut:].tolist() == row_keys(batch.slice(cut)).tolist()


def test_features_are_known_without_the_other_columns() -> None:
    """Values that change places are others; without a wish nothing is made."""
    rows: list[Row] = [(1.0, 1, "x", True), (1.0, 2, "x", True), (1.0, 1, "x", None)]
    batch = _batch([*rows, (None, 1, "x", True), (1.0, 1, "y", False)])
    found = block_keys(batch, features={"b", "d"}, ids=["c"])
    assert found.features is not None
    first, *others = found.features.tolist()
    assert [True, True, False, False] == [first == other for other in others]
    assert [_value(cell, 0) for cell in (1, 2, 1, 1, 1)] == found.ids["c"].tolist()
    swapped = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([2])], names=["a", "b"])
    back = pa.RecordBatch.from_arrays([pa.array([2]), pa.array([1])], names=["a", "b"])
    one, two = (block_keys(rows, features={"a", "b"}).features for rows in (swapped, back))
    assert one is not None
    assert two is not None
    assert one.tolist() != two.tolist()
    assert (None, {}) == (block_keys(batch).features, block_keys(batch).ids)


def test_positions_are_the_first_lane() -> None:
    """Of every row."""
    assert [1, 3] == positions(np.array([[1, 2], [3, 4]], dtype=np.uint64)).tolist()


@given(st.integers(0, 2**64 - 1))
def test_mixing_is_that_of_splitmix64(value: int) -> None:
    """In place, without overflow errors."""
    assert [_mixed(value)] == mix(np.array([value], dtype=np.uint64)).tolist()


def _content(kind: str, name: str, *parts: Keys) -> str:
    columns = [{"name": name, "type": kind}, {"name": "y", "type": "Category"}]
    task = ingest_task(Path("/source"), columns=columns)
    content = ContentDigest(declared_schema(task.columns or (), task))
    for part in parts:
        content.add(part)
    return content.digest


def test_the_content_digest_knows_columns_and_rows_but_no_order() -> None:
    """Another type, name or number of rows is another content; another order or cut is not."""
    one, two = (row_keys(_batch([(n, 1, "x", None)])) for n in (1.0, 2.0))
    both = np.concatenate([one, two])
    same = {_content("Float", "a", *parts) for parts in ((both,), (one, two), (two, one))}
    others = [("Float", "a", one), ("Float", "b", both), ("Integer", "a", both)]
    twice = _content("Float", "a", both, one)
    assert (1, 5) == (len(same), len({*same, twice, *(_content(*other) for other in others)}))
