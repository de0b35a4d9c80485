"""Files of a few bytes that hold a great deal."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.files.list_columns import ListColumns
from trainer.files.parquet_reading import read_parquet
from trainer.files.parquet_size import BATCH_BYTES, in_pieces
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader

LONG = 32_768


def packed(table: pa.Table) -> bytes:
    """The table as a file."""
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def repeated(text: str, rows: int) -> pa.Array:
    """One text, so many times."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))


def test_a_text_that_is_written_once_is_spread_a_few_rows_at_a_time(tmp_path: Path) -> None:
    """500 bytes stand for 512 MiB, of which never more than a batch is there."""
    content = packed(pa.table({"a": repeated("x" * LONG, 16_384)}))
    assert len(content) < 1000
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    before, rows, peak = pa.total_allocated_bytes(), 0, 0
    for batch in read_parquet("t.parquet", stream, tmp_path, {}, ListColumns()):
        assert batch.rows.nbytes <= BATCH_BYTES + (1 << 20)
        assert batch.rows.column("a")[0].as_py() == "x" * LONG
        rows, peak = rows + batch.rows.num_rows, max(peak, pa.total_allocated_bytes() - before)
    assert rows == 16_384
    assert peak < 3 * BATCH_BYTES


def test_lists_without_an_end_are_refused_by_what_the_file_says(tmp_path: Path) -> None:
    """40 million zeros in one row are a few kilobytes of file."""
    offsets = pa.array([0, 40_000_000], pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.array(np.zeros(40_000_000)))
    content = packed(pa.table({"a": lists}))
    del lists
    assert len(content) < 100_000
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    with pytest.raises(UserFault, match="hold 40000000 values in 1 rows"):
        list(read_parquet("t.parquet", stream, tmp_path, {}, ListColumns()))


def test_a_row_that_is_longer_than_a_batch_comes_alone() -> None:
    """And rows without texts come together."""
    table = pa.table({"a": repeated("x" * (BATCH_BYTES + 1), 3), "b": [1, 2, 3]})
    assert [1, 1, 1] == [piece.num_rows for piece in in_pieces(table)]
    assert [3] == [piece.num_rows for piece in in_pieces(table.select(["b"]))]
    assert [] == list(in_pieces(table.slice(0, 0)))
