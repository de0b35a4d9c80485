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

from trainer.rows.row_digests import ContentDigest, positions, row_digests
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

Row = tuple[float | None, int | None, str | None, bool | None]


def _batch(rows: list[Row]) -> pa.RecordBatch:
    kinds = (pa.float64(), pa.int64(), pa.string(), pa.bool_())
    arrays = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    return pa.RecordBatch.from_arrays(arrays, names=["d", "c", "b", "a"])


def _expected(row: Row) -> str:
    number, whole, text, truth = row
    parts = [
        b"\0" * 9 if truth is None else b"\1" + struct.pack("<q", truth),
        b"\0" * 33 if text is None else b"\1" + hashlib.sha256(text.encode()).digest(),
        b"\0" * 9 if whole is None else b"\1" + struct.pack("<q", whole),
        b"\0" * 9 if number is None else b"\1" + struct.pack("<d", number),
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@given(_ROWS)
def test_a_row_is_known_by_its_documented_bytes(rows: list[Row]) -> None:
    """Columns in the order of their names; another program can compute the same."""
    found = row_digests(_batch(rows))
    assert [_expected(row) for row in rows] == [digest.tobytes().hex() for digest in found]


@given(_ROWS, st.integers(0, 30))
def test_neighbours_do_not_matter(rows: list[Row], cut: int) -> None:
    """A slice of a batch has the digests of the whole."""
    batch = _batch(rows)
    assert row_digests(batch)[cut:].tolist() == row_digests(batch.slice(cut)).tolist()


def test_positions_are_the_first_bytes() -> None:
    """Read as one big number."""
    digests = np.arange(64, dtype=np.uint8).reshape(2, 32)
    expected = [int.from_bytes(bytes(range(at, at + 8)), "big") for at in (0, 32)]
    assert expected == positions(digests).tolist()


def test_the_content_digest_knows_columns_rows_and_order() -> None:
    """Another type, name, row or order is another content; another cut is not."""

    def digest(kind: str, name: str, *parts: bytes) -> str:
        columns = [{"name": name, "type": kind}, {"name": "y", "type": "Category"}]
        task = ingest_task(Path("/source"), columns=columns)
        content = ContentDigest(declared_schema(task.columns or (), task))
        for part in parts:
            content.add(np.frombuffer(part, dtype=np.uint8).reshape(-1, 32))
        return content.digest

    one, two = b"1" * 32, b"2" * 32
    assert digest("Float", "a", one + two) == digest("Float", "a", one, two)
    others = [("Float", "a", two + one), ("Float", "b", one + two), ("Integer", "a", one + two)]
    assert 4 == len({digest("Float", "a", one + two), *(digest(*other) for other in others)})
