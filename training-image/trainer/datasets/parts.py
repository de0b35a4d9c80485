"""How are the rows of one part written as parquet, so that equal rows give equal bytes?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.canonical import file_sha256
from trainer.datasets.dataset_manifest import DatasetFile
from trainer.pod.numpy_arrays import as_arrow
from trainer.pod.pipelining import Worker

_GROUP_CELLS = 1 << 20
_GROUP_BYTES = 32 << 20
_GROUPS_PER_FILE = 32


class PartWriter:
    """Writes `<part>/part-00000.parquet` and so on below a folder.

    Where a row group ends is decided by the rows alone (their number and bytes), never by the
    batches in which they come. A worker writes them. Memory: three row groups.
    """

    def __init__(
        self, folder: Path, part: str, schema: pa.Schema, worker: Worker | None = None
    ) -> None:
        self._folder = folder
        self._worker = worker or Worker()
        self._part = part
        self._schema = schema
        self._group_rows = max(1024, min(65_536, _GROUP_CELLS // max(1, len(schema))))
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self._groups = self._file_rows = 0
        self._files: list[DatasetFile] = []
        self.rows = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """The rows come next."""
        ends = np.cumsum(_row_bytes(rows))
        start = 0
        while start < rows.num_rows:
            before = int(ends[start - 1]) if start else 0
            room = _GROUP_BYTES - self._waiting_bytes + before
            stop = min(int(np.searchsorted(ends, room)) + 1, rows.num_rows)
            stop = min(stop, start + self._group_rows - self._waiting_rows)
            self._waiting.append(rows.slice(start, stop - start))
            self._waiting_rows += stop - start
            self._waiting_bytes += int(ends[stop - 1]) - before
            if self._waiting_rows >= self._group_rows or self._waiting_bytes >= _GROUP_BYTES:
                self._hand_over()
            start = stop
        self.rows += rows.num_rows

    def end(self) -> None:
        """There are no more rows: the last file is being closed."""
        if self._waiting:
            self._hand_over()
        self._worker.submit(self._close_file)

    def finish(self) -> tuple[DatasetFile, ...]:
        """After the end: all files, closed, with their sizes and digests."""
        self._worker.finish()
        return tuple(self._files)

    def _hand_over(self) -> None:
        self._worker.submit(self._write_group, self._waiting)
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0

    def _write_group(self, rows: list[pa.RecordBatch]) -> None:
        if self._writer is None:
            path = self._folder / self._name()
            path.parent.mkdir(parents=True, exist_ok=True)
            # Without the Arrow schema in the footer, whose bytes may vary between versions.
            # A dictionary of numbers seldom pays, nor does the range of each group of rows that
            # are in no order. Of whole numbers and times, differences in as few bits as they need
            # are smaller than what zstd makes of 64 bits each, and cheaper.
            texts = [field.name for field in self._schema if not _is_plain(field.type)]
            whole = [field.name for field in self._schema if _is_whole(field.type)]
            self._writer = pq.ParquetWriter(
                path,
                self._schema,
                compression={
                    field.name: "none" if field.name in whole else "zstd" for field in self._schema
                },
                column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
                use_dictionary=texts,
                write_statistics=False,
                store_schema=False,
            )
        joined = pa.concat_batches(rows)
        columns = [_in_order(column) for column in joined.columns]
        group = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        self._writer.write_table(pa.Table.from_batches([group]), row_group_size=group.num_rows)
        self._file_rows += group.num_rows
        self._groups += 1
        if self._groups >= _GROUPS_PER_FILE:
            self._close_file()

    def _close_file(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        name = self._name()
        size, sha256 = file_sha256(self._folder / name)
        self._files.append(DatasetFile(name, size, sha256, self._file_rows))
        self._writer = None
        self._groups = self._file_rows = 0

    def _name(self) -> str:
        return f"{self._part}/part-{len(self._files):05}.parquet"


def _row_bytes(rows: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Bytes of each row: 8 per cell, and the length of its texts."""
    total = np.full(rows.num_rows, 8 * rows.num_columns, dtype=np.int64)
    for column in rows.columns:
        if pa.types.is_dictionary(column.type):
            total += _coded_bytes(column)
        elif pa.types.is_string(column.type):
            lengths = pc.fill_null(pc.binary_length(column), 0)
            total += lengths.to_numpy(zero_copy_only=False)
    return total


def _coded_bytes(column: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    # One more entry, for missing values.
    lengths = np.zeros(len(column.dictionary) + 1, dtype=np.int64)
    lengths[:-1] = pc.binary_length(column.dictionary).to_numpy(zero_copy_only=False)
    codes = column.indices
    if codes.null_count:
        codes = pc.fill_null(codes, len(lengths) - 1)
    found: npt.NDArray[np.int64] = lengths[codes.to_numpy(zero_copy_only=False)]
    return found


def _is_plain(kind: pa.DataType) -> bool:
    return not (pa.types.is_string(kind) or pa.types.is_dictionary(kind))


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_int64(kind) or pa.types.is_timestamp(kind))


def _in_order(column: pa.Array) -> pa.Array:
    """Categories in the order of their first rows, so that batches do not show in the bytes."""
    if not pa.types.is_dictionary(column.type):
        return column
    found = pc.unique(column.indices.drop_null())
    places = np.zeros(len(column.dictionary), dtype=np.int32)
    places[found.to_numpy()] = np.arange(len(found), dtype=np.int32)
    codes = as_arrow(places).take(column.indices)
    return pa.DictionaryArray.from_arrays(codes, column.dictionary.take(found))
