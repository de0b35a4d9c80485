"""Parquet from a stream."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.files.list_columns import ListColumns
from trainer.files.parquet_reading import read_parquet
from trainer.files.raw_values import CODED_TEXTS
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader


def _read(content: bytes, spool: Path) -> list[pa.RecordBatch]:
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    return [batch.rows for batch in read_parquet("t.parquet", stream, spool, {}, ListColumns())]


def test_all_rows_come_and_the_copy_goes(tmp_path: Path) -> None:
    """In bounded batches, with plain types; texts as they are written."""
    table = pa.table({" a": pa.array(range(100_000), pa.int32()), "b": ["x"] * 100_000})
    pq.write_table(table, tmp_path / "t")
    content = (tmp_path / "t").read_bytes()
    (tmp_path / "t").unlink()
    batches = _read(content, tmp_path)
    assert [{"a": pa.int64(), "b": CODED_TEXTS}] * 2 == [
        dict(zip(batch.schema.names, batch.schema.types, strict=True)) for batch in batches
    ]
    assert 100_000 == sum(batch.num_rows for batch in batches)
    assert [] == list(tmp_path.iterdir())


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    """With the name of the file; nothing at all is a source without rows."""
    with pytest.raises(UserFault, match=r"file t\.parquet is not parquet"):
        _read(b"a,b\n1,2\n", tmp_path)
    assert [] == _read(b"", tmp_path)


def test_structs_are_spread_and_what_is_no_value_is_named(tmp_path: Path) -> None:
    """Members and numbers become columns; lists of texts, pictures and nameless columns do not."""
    table = pa.table(
        {
            "place": [{"lat": 1.5, "at": {"x": 2}}],
            "vector": [[1.0, 2.0]],
            "tags": [["x"]],
            "": [7],
            "image": pa.array([b"\x89PNG"]),
        }
    )
    pq.write_table(table, tmp_path / "t")
    left_out: dict[str, str] = {}
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(
        ChunkReader(iter([(tmp_path / "t").read_bytes()]))
    )
    (batch,) = read_parquet("t.parquet", stream, tmp_path, left_out, ListColumns())
    assert [
        {"place.lat": 1.5, "place.at.x": 2, "vector.0": 1.0, "vector.1": 2.0}
    ] == batch.rows.to_pylist()
    assert ["tags", "", "image"] == list(left_out)


def test_times_of_spark_keep_their_year(tmp_path: Path) -> None:
    """INT96 beyond the year 2262, which nanoseconds cannot hold."""
    far = datetime(9999, 12, 31, tzinfo=UTC)
    table = pa.table({"until": pa.array([far], pa.timestamp("us", "UTC"))})
    pq.write_table(table, tmp_path / "t", use_deprecated_int96_timestamps=True)
    (batch,) = _read((tmp_path / "t").read_bytes(), tmp_path)
    assert [far] == batch.column("until").to_pylist()


def test_texts_without_a_repetition_and_missing_ones_stay_as_they_are(tmp_path: Path) -> None:
    """However they are written."""
    texts = [None if n % 7 == 0 else f"text {n}" for n in range(3_000)]
    table = pa.table({"a": texts, "b": [{"c": text} for text in texts]})
    for number, dictionary in enumerate((True, False)):
        pq.write_table(table, tmp_path / str(number), use_dictionary=dictionary)
        (batch,) = _read((tmp_path / str(number)).read_bytes(), tmp_path)
        assert [texts, texts] == [column.to_pylist() for column in batch.columns]
