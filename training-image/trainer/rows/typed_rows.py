"""How do raw rows become blocks of typed rows, and what did not fit on the way?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.raw_batch import RawBatch
from trainer.rows.findings import Tally
from trainer.rows.inference import InferredColumn
from trainer.rows.schema import Schema, SchemaColumn
from trainer.rows.typed_values import ARROW_TYPES, convert

BLOCK_ROWS = 4096
"""Every accumulator sees the same blocks, however the source was cut into batches: sums and
digests then cannot depend on it."""


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
    """

    absent: int = 0
    present: int = 0
    filled: int = 0
    missing: Tally = field(default_factory=Tally)
    mismatches: Tally = field(default_factory=Tally)
    now: InferredColumn = field(default_factory=InferredColumn)


@dataclass(slots=True)
class TypedRows:
    """One pass of raw rows into typed ones; the other fields are complete after it."""

    schema: Schema
    rows: int = 0
    keys_vary: bool = False
    unexpected: dict[str, InferredColumn] = field(default_factory=dict)
    fits: dict[str, Fit] = field(default_factory=dict)

    def blocks(self, batches: Iterator[RawBatch]) -> Iterator[Block]:
        """All rows in blocks of BLOCK_ROWS, the last one shorter."""
        self.fits = {column.name: Fit() for column in self.schema.columns}
        waiting: list[pa.RecordBatch] = []
        count = done = 0
        for batch in batches:
            waiting.append(self._typed(batch))
            count += batch.rows.num_rows
            while count >= BLOCK_ROWS:
                whole = _joined(waiting)
                yield Block(done + 1, whole.slice(0, BLOCK_ROWS))
                waiting, count = [whole.slice(BLOCK_ROWS)], count - BLOCK_ROWS
                done += BLOCK_ROWS
        if count:
            yield Block(done + 1, _joined(waiting))

    def _typed(self, batch: RawBatch) -> pa.RecordBatch:
        given = batch.rows
        names = given.schema.names
        for name in names:
            if name not in self.fits:
                seen = self.unexpected.setdefault(name, InferredColumn())
                if self.schema.locked:
                    seen.observe(given.column(names.index(name)))
        arrays = []
        for column in self.schema.columns:
            array = given.column(names.index(column.name)) if column.name in names else None
            typed = self._column(column, array, given.num_rows)
            if array is None and batch.keys_vary:
                self.fits[column.name].missing.add(pc.is_null(typed), typed, self.rows + 1)
            if column.stored:
                arrays.append(typed)
        self.rows += given.num_rows
        self.keys_vary = self.keys_vary or batch.keys_vary
        return pa.RecordBatch.from_arrays(
            arrays, names=[column.name for column in self.schema.stored]
        )

    def _column(self, column: SchemaColumn, array: pa.Array | None, rows: int) -> pa.Array:
        fit = self.fits[column.name]
        if array is None:
            fit.absent += rows
            return pa.nulls(rows, ARROW_TYPES[column.type])
        fit.present += rows
        if not column.stored:
            return array
        converted = convert(array, column.type)
        gone = pc.and_not(pc.is_null(converted.values), converted.invalid)
        fit.missing.add(gone, converted.values, self.rows + 1)
        before = fit.mismatches.count
        fit.mismatches.add(converted.invalid, array, self.rows + 1)
        new = fit.mismatches.count - before
        fit.filled += rows - converted.values.null_count + new
        if new and self.schema.locked:
            fit.now.observe(array.filter(converted.invalid))
        return converted.values


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    table = pa.Table.from_batches(batches).combine_chunks()
    return table.to_batches()[0]
