"""Parquet from a stream."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.files.parquet_reading import read_parquet
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader


def _read(content: bytes, spool: Path) -> list[pa.RecordBatch]:
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    return [batch.rows for batch in read_parquet("t.parquet", stream, spool)]


def test_all_rows_come_and_the_copy_goes(tmp_path: Path) -> None:
    """In bounded batches, with plain types."""
    table = pa.table({" a": pa.array(range(20_000), pa.int16()), "b": ["x"] * 20_000})
    pq.write_table(table, tmp_path / "t")
    content = (tmp_path / "t").read_bytes()
    (tmp_path / "t").unlink()
    batches = _read(content, tmp_path)
    assert [{"a": pa.int64(), "b": pa.string()}] * 3 == [
        dict(zip(batch.schema.names, batch.schema.types, strict=True)) for batch in batches
    ]
    assert 20_000 == sum(batch.num_rows for batch in batches)
    assert [] == list(tmp_path.iterdir())


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    """With the name of the file; nothing at all is a source without rows."""
    with pytest.raises(UserFault, match=r"file t\.parquet is not parquet"):
        _read(b"a,b\n1,2\n", tmp_path)
    assert [] == _read(b"", tmp_path)
