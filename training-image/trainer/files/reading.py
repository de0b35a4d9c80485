"""How do the files of a source become one stream of rows, each byte read once?"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyarrow as pa

from trainer.files.csv_reading import read_csv
from trainer.files.formats import FileFormat, format_of
from trainer.files.jsonl_reading import read_jsonl
from trainer.files.parquet_reading import read_parquet
from trainer.files.raw_batch import FileRead, RawBatch, Unreadable
from trainer.files.row_numbers import FileRows, RowNumbers
from trainer.pod.exits import Reason, UserFault
from trainer.sources.source_file import ChunkReader, SourceFile
from trainer.tasks.ingest_task import Format

_MERGED_ROWS = 4096
_MERGED_BYTES = 8 << 20


def merged(batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
    """The same rows in fewer batches: of a wide file, a reader's block holds but a few rows."""
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if batch.keys_vary:
            yield batch
            continue
        waiting.append(batch.rows)
        rows, size = rows + batch.rows.num_rows, size + batch.rows.nbytes
        if rows >= _MERGED_ROWS or size >= _MERGED_BYTES:
            yield _one(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield _one(waiting)


def _one(batches: list[pa.RecordBatch]) -> RawBatch:
    return RawBatch(batches[0] if len(batches) == 1 else pa.concat_batches(batches))


@dataclass(slots=True)
class Reading:
    """One pass over all files; `done` grows as files end, `bytes_read` while they are read."""

    files: tuple[SourceFile, ...]
    declared: Format | None
    spool: Path
    done: list[FileRead] = field(default_factory=list)
    bytes_before: int = 0
    reader: ChunkReader | None = None

    def batches(self) -> Iterator[RawBatch]:
        """All rows of all files, in the order of the files.

        Raises UserFault FormatUnreadable, or what opening a source raises.
        """
        formats = [format_of(file.name, self.declared) for file in self.files]
        rows = 0
        for file, kind in zip(self.files, formats, strict=True):
            opened = file.open()
            self.reader = ChunkReader(opened.chunks)
            unreadable = Unreadable(file.name)
            start = rows
            for batch in merged(self._of_file(file.name, kind, self.reader, unreadable)):
                rows += batch.rows.num_rows
                yield batch
            # Some formats stop before the last byte; the digest of the source covers all of them.
            while self.reader.read(1 << 20):
                continue
            read = FileRead(
                name=file.name,
                sha256=self.reader.sha256,
                size=self.reader.size,
                start=start,
                rows=rows - start,
                modified=opened.modified,
                unreadable=tuple(unreadable.numbers),
                unreadable_texts=tuple(unreadable.texts),
            )
            self.done.append(read)
            self.bytes_before += self.reader.size
            self.reader = None

    @property
    def bytes_read(self) -> int:
        """Bytes of the source that came so far."""
        return self.bytes_before + (self.reader.size if self.reader else 0)

    @property
    def row_numbers(self) -> RowNumbers:
        """How rows are called; complete after the last batch."""
        return RowNumbers(
            tuple(FileRows(file.name, file.start, file.unreadable) for file in self.done)
        )

    def _of_file(
        self, name: str, kind: FileFormat, reader: ChunkReader, unreadable: Unreadable
    ) -> Iterator[RawBatch]:
        raw: io.RawIOBase = reader
        if kind.gzipped:
            raw = cast("io.RawIOBase", gzip.GzipFile(fileobj=io.BufferedReader(reader, 1 << 20)))
        stream = io.BufferedReader(raw, 1 << 20)
        try:
            if kind.format is Format.CSV:
                yield from read_csv(name, stream, unreadable)
            elif kind.format is Format.JSONL:
                yield from read_jsonl(name, stream, unreadable)
            else:
                yield from read_parquet(name, stream, self.spool)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UserFault(
                Reason.FORMAT_UNREADABLE, f"file {name} is not complete gzip: {error}"
            ) from error
