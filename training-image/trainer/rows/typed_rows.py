"""How do raw rows become blocks of typed rows, and what did not fit on the way?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.raw_batch import RawBatch
from trainer.pod.pipelining import IN_TURN, Pipeline
from trainer.rows.findings import Tally
from trainer.rows.inference import InferredColumn
from trainer.rows.schema import Schema, SchemaColumn
from trainer.rows.time_parts import part_of
from trainer.rows.typed_values import ARROW_TYPES, Converted, convert
from trainer.tasks.ingest_task import TimePart

SUMMED_ROWS = 16_384
"""Sums of floats are taken of so many rows at a time, however the source was cut into batches:
what they are then depends on the rows alone."""
BLOCK_ROWS = 4 * SUMMED_ROWS
_BLOCK_CELLS = 1 << 20


def summed_rows(columns: int) -> int:
    """SUMMED_ROWS, fewer of many columns."""
    return max(1024, min(SUMMED_ROWS, _BLOCK_CELLS // max(1, columns)))


def block_rows(columns: int) -> int:
    """BLOCK_ROWS, fewer of many columns; a multiple of those that are summed at a time."""
    summed = summed_rows(columns)
    return summed * max(1, min(BLOCK_ROWS, _BLOCK_CELLS // max(1, columns)) // summed)


@dataclass(frozen=True, slots=True)
class Block:
    """Typed rows of the stored columns; `first_row` counts from 1."""

    first_row: int
    rows: pa.RecordBatch


@dataclass(slots=True)
class Fit:
    """How one column of the schema met the source.

    `absent`: rows of files without the column; `present`: rows of files with it; `filled`: cells
    that are not missing. `now` tells, for locked columns, what cells that do not fit look like.
    `tidied` and `words` count texts that are stored otherwise than written, or taken as missing.
    """

    absent: int = 0
    present: int = 0
    filled: int = 0
    missing: Tally = field(default_factory=Tally)
    mismatches: Tally = field(default_factory=Tally)
    now: InferredColumn = field(default_factory=InferredColumn)
    tidied: int = 0
    words: int = 0


@dataclass(slots=True)
class TypedRows:
    """One pass of raw rows into typed ones; the other fields are complete after it."""

    schema: Schema
    rows: int = 0
    keys_vary: bool = False
    unexpected: dict[str, InferredColumn] = field(default_factory=dict)
    fits: dict[str, Fit] = field(default_factory=dict)

    def blocks(self, batches: Iterator[RawBatch], pipeline: Pipeline = IN_TURN) -> Iterator[Block]:
        """All rows in blocks of one size (BLOCK_ROWS, fewer of many columns), the last shorter."""
        size = block_rows(len(self.schema.stored))
        self.fits = {column.name: Fit() for column in self.schema.columns}
        waiting: list[pa.RecordBatch] = []
        count = done = 0
        for batch, converted in pipeline.mapped(self._converted, batches):
            rows = self._typed(batch, converted)
            while count + rows.num_rows >= size:
                yield Block(done + 1, _joined([*waiting, rows.slice(0, size - count)]))
                rows = rows.slice(size - count)
                waiting, count, done = [], 0, done + size
            if rows.num_rows:
                waiting.append(rows)
                count += rows.num_rows
        if count:
            yield Block(done + 1, _joined(waiting))

    def _converted(self, batch: RawBatch) -> tuple[RawBatch, dict[str, Converted]]:
        """The values of each column that the batch has. Looks at nothing else and keeps nothing."""
        given = dict(zip(batch.rows.schema.names, batch.rows.columns, strict=True))
        found: dict[str, Converted] = {}
        for column in self.schema.stored:
            if column.part is not None and column.part[0] in found:
                found[column.name] = _part(found[column.part[0]], column.part[1])
            elif column.name in given:
                found[column.name] = convert(given[column.name], column.type, batch.rules)
        return batch, found

    def _typed(self, batch: RawBatch, converted: Mapping[str, Converted]) -> pa.RecordBatch:
        given = batch.rows
        names = given.schema.names
        for name in names:
            if name not in self.fits:
                seen = self.unexpected.setdefault(name, InferredColumn())
                if self.schema.locked:
                    seen.observe(given.column(names.index(name)), rules=batch.rules)
        arrays = []
        for column in self.schema.columns:
            source = column.source
            array = given.column(names.index(source)) if source in names else None
            typed = self._column(column, array, converted.get(column.name), batch)
            if array is None and batch.keys_vary:
                self.fits[column.name].missing.add(pc.is_null(typed), typed, self.rows + 1)
            if column.stored:
                arrays.append(typed)
        self.rows += given.num_rows
        self.keys_vary = self.keys_vary or batch.keys_vary
        return pa.RecordBatch.from_arrays(
            arrays, names=[column.name for column in self.schema.stored]
        )

    def _column(
        self,
        column: SchemaColumn,
        array: pa.Array | None,
        converted: Converted | None,
        batch: RawBatch,
    ) -> pa.Array:
        fit, rows = self.fits[column.name], batch.rows.num_rows
        if array is None:
            fit.absent += rows
            return pa.nulls(rows, ARROW_TYPES[column.type])
        fit.present += rows
        if converted is None:
            return array
        fit.tidied += converted.tidied
        fit.words += converted.words
        if not converted.values.null_count:
            fit.filled += rows
            return converted.values
        gone = pc.and_not(pc.is_null(converted.values), converted.invalid)
        fit.missing.add(gone, converted.values, self.rows + 1)
        before = fit.mismatches.count
        fit.mismatches.add(converted.invalid, array, self.rows + 1)
        new = fit.mismatches.count - before
        fit.filled += rows - converted.values.null_count + new
        if new and self.schema.locked:
            fit.now.observe(array.filter(converted.invalid), rules=batch.rules)
        return converted.values


def _part(time: Converted, part: TimePart) -> Converted:
    """A cell that is no time is told of the time itself, not of each of its parts."""
    values = part_of(time.values, part)
    return Converted(values, pa.repeat(pa.scalar(False), len(values)))


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    rows = batches[0] if len(batches) == 1 else pa.concat_batches(batches)
    return pa.RecordBatch.from_arrays(
        [_compact(column) for column in rows.columns], names=rows.schema.names
    )


def _compact(column: pa.Array) -> pa.Array:
    """Categories of a part of a large batch without those that are in its other parts only."""
    if not pa.types.is_dictionary(column.type) or len(column.dictionary) <= len(column):
        return column
    return column.dictionary_decode().dictionary_encode()
