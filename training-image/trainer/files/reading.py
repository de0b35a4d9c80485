"""How do the files of a source become one stream of rows, each byte read once?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from modelbundle.canonical import canonical_json, digest_of
from trainer.files.compression import Stream, packing_faults, unpacked
from trainer.files.csv_reading import read_csv
from trainer.files.formats import format_of
from trainer.files.jsonl_reading import read_jsonl
from trainer.files.list_columns import ListColumns
from trainer.files.parquet_reading import read_parquet, read_parquet_file
from trainer.files.partitions import differing, partitions_of, with_partitions
from trainer.files.raw_batch import FileRead, LeftOut, RawBatch, Unreadable
from trainer.files.row_numbers import FileRows, RowNumbers
from trainer.sources.source_file import ChunkReader, LocalCopy, SourceFile
from trainer.tasks.csv_options import CsvOptions
from trainer.tasks.ingest_task import Format

_MERGED_ROWS = 16_384
_MERGED_BYTES = 8 << 20


def merged(batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
    """The same rows in fewer batches: of a wide file, a reader's block holds but a few rows."""
    waiting: list[RawBatch] = []
    rows = size = 0
    for batch in batches:
        if batch.keys_vary:
            yield batch
            continue
        if waiting and batch.rows.schema != waiting[0].rows.schema:
            yield _one(waiting)
            waiting, rows, size = [], 0, 0
        waiting.append(batch)
        rows, size = rows + batch.rows.num_rows, size + batch.rows.nbytes
        if rows >= _MERGED_ROWS or size >= _MERGED_BYTES:
            yield _one(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield _one(waiting)


def _one(batches: list[RawBatch]) -> RawBatch:
    if len(batches) == 1:
        return batches[0]
    return RawBatch(pa.concat_batches([batch.rows for batch in batches]), rules=batches[0].rules)


@dataclass(slots=True)
class Reading:
    """One pass over all files; `done` grows as files end, `bytes_read` while they are read.

    `columns` are the declared names, for CSV files without a header. `left_out` grows with columns
    that cannot be read, `clashes` with those of which a file says something else than its folder;
    `lists` knows those that are read as several, `unreadable` the rows of the present file that
    could not be read so far, `kind` its format.
    """

    files: tuple[SourceFile, ...]
    declared: Format | None
    spool: Path
    csv: CsvOptions = field(default_factory=CsvOptions)
    columns: tuple[str, ...] = ()
    left_out: LeftOut = field(default_factory=dict)
    lists: ListColumns = field(init=False)
    clashes: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    done: list[FileRead] = field(default_factory=list)
    bytes_before: int = 0
    reader: ChunkReader | None = None
    unreadable: Unreadable | None = None
    kind: Format | None = None

    def __post_init__(self) -> None:
        self.lists = ListColumns(self.columns)

    def batches(self) -> Iterator[RawBatch]:
        """All rows of all files, in the order of the files.

        Raises UserFault FormatUnreadable, or what opening a source raises.
        """
        formats = [format_of(file.name, self.declared) for file in self.files]
        rows = 0
        for file, kind in zip(self.files, formats, strict=True):
            opened = file.open()
            reader = self.reader = ChunkReader(opened.chunks)
            unreadable = self.unreadable = Unreadable(file.name)
            start = rows
            partitions = partitions_of(file.name)
            names: dict[str, None] = {}
            copy = opened.copy
            for batch in merged(self._of_file(file.name, kind, reader, copy, unreadable)):
                for column, text in differing(batch, partitions).items():
                    self.clashes.setdefault(column, (file.name, text, partitions[column]))
                whole = with_partitions(batch, partitions)
                names.update(dict.fromkeys(whole.rows.schema.names))
                rows += whole.rows.num_rows
                yield whole
            # Some formats stop before the last byte; the digest of the source covers all of them.
            while copy is None and reader.read(1 << 20):
                continue
            read = FileRead(
                name=file.name,
                sha256=copy.sha256 if copy else reader.sha256,
                size=copy.size if copy else reader.size,
                start=start,
                rows=rows - start,
                modified=opened.modified,
                unreadable=tuple(unreadable.numbers),
                unreadable_texts=tuple(unreadable.texts),
                columns=tuple(names),
                csv=self.kind is Format.CSV,
            )
            self.done.append(read)
            self.bytes_before += read.size
            self.reader = None

    @property
    def bytes_read(self) -> int:
        """Bytes of the source that came so far."""
        reader = self.reader
        return self.bytes_before + (reader.size if reader else 0)

    @property
    def row_numbers(self) -> RowNumbers:
        """How rows are called; complete after the last batch."""
        return RowNumbers(
            tuple(FileRows(file.name, file.start, file.unreadable) for file in self.done)
        )

    @property
    def modified(self) -> datetime | None:
        """When the newest of the files was last changed; None where no owner says so."""
        return max((file.modified for file in self.done if file.modified), default=None)

    @property
    def digest(self) -> str:
        """Names what was read: the names and bytes of all files."""
        return digest_of(canonical_json([[file.name, file.sha256] for file in self.done]))

    def _of_file(
        self,
        name: str,
        kind: Format | None,
        reader: ChunkReader,
        copy: LocalCopy | None,
        unreadable: Unreadable,
    ) -> Iterator[RawBatch]:
        with packing_faults(name):
            packed: Stream = io.BufferedReader(reader, 1 << 20)
            content = unpacked(name, packed, lambda: reader.size, self.spool)
            known = self.kind = kind or format_of(content.name, None)
            if known is Format.CSV:
                options = self.csv
                yield from read_csv(name, content.stream, unreadable, options, self.columns)
            elif known is Format.JSONL:
                yield from read_jsonl(name, content.stream, unreadable, self.left_out, self.lists)
            elif copy is not None and content.stream is packed:
                yield from read_parquet_file(name, copy.path, self.left_out, self.lists)
            else:
                yield from read_parquet(name, content.stream, self.spool, self.left_out, self.lists)
