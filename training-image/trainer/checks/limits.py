"""Which cells break what was declared about their column: min, max, allowed, weights?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.profiling import Extremes
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Check, Failure, Tally, share, shown
from trainer.rows.schema import Schema, SchemaColumn
from trainer.tasks.ingest_task import ColumnType, Role

_SHOWN_VALUES = 5
_EXACT = 2.0**53


@dataclass(slots=True)
class _Limit:
    column: SchemaColumn
    tally: Tally = field(default_factory=Tally)

    def add(self, values: pa.Array, first_row: int) -> None:
        bad = self._bad(values)
        if bad is not None:
            self.tally.add(pc.fill_null(bad, False), values, first_row)

    def fits(self, _: Extremes | None) -> bool:
        """True where the lowest and highest number of a block say that all are as they must be."""
        return False

    def _bad(self, values: pa.Array) -> pa.BooleanArray | None:
        raise NotImplementedError

    def failure(self, rows: int, numbers: RowNumbers) -> Failure:
        raise NotImplementedError


class _RangeLimit(_Limit):
    def fits(self, extremes: Extremes | None) -> bool:
        if extremes is None:
            return True
        low, high = _bounds(self.column)
        least, most = extremes
        # Whole numbers from there on are not exact as floats.
        exact = max(abs(least), abs(most)) < _EXACT
        return exact and (low is None or least >= low) and (high is None or most <= high)

    def _bad(self, values: pa.Array) -> pa.BooleanArray | None:
        low, high = _bounds(self.column)
        bad = None
        if low is not None:
            bad = pc.less(values, low)
        if high is not None:
            above = pc.greater(values, high)
            bad = above if bad is None else pc.or_(bad, above)
        return bad

    def failure(self, rows: int, numbers: RowNumbers) -> Failure:
        limits = self.column.limits
        low = limits.min if limits else None
        if low is None and self.column.role is Role.WEIGHT:
            low = Decimal(0)
        high = limits.max if limits else None
        wanted = " and ".join(
            text
            for text in (
                f"at least {low}" if low is not None else "",
                f"at most {high}" if high is not None else "",
            )
            if text
        )
        return Failure(
            Check.RANGE,
            self.column.name,
            self.tally.count,
            rows,
            self.tally.examples(numbers),
            f"column {self.column.name} must be {wanted}; {share(self.tally.count, rows)} are not:"
            " correct the rows or the column's min and max",
        )


class _AllowedLimit(_Limit):
    def _bad(self, values: pa.Array) -> pa.BooleanArray | None:
        allowed = self.column.limits.allowed if self.column.limits else None
        if allowed is None:
            return None
        wanted = pa.array(allowed, pa.string())
        if not pa.types.is_dictionary(values.type):
            return pc.and_not(pc.is_valid(values), pc.is_in(values, wanted))
        known = pc.is_in(values.dictionary, wanted)
        return None if pc.all(known).as_py() else pc.invert(known.take(values.indices))

    def failure(self, rows: int, numbers: RowNumbers) -> Failure:
        allowed = (self.column.limits.allowed if self.column.limits else None) or ()
        listed = ", ".join(shown(text) for text in allowed[:_SHOWN_VALUES])
        more = f" and {len(allowed) - _SHOWN_VALUES} more" if len(allowed) > _SHOWN_VALUES else ""
        return Failure(
            Check.ALLOWED,
            self.column.name,
            self.tally.count,
            rows,
            self.tally.examples(numbers),
            f"column {self.column.name} allows {listed}{more}; {share(self.tally.count, rows)} hold"
            " something else: correct the rows or add to allowed",
        )


def _bounds(column: SchemaColumn) -> tuple[Any, Any]:
    """Bounds as the column's own type; for integers rounded inwards, which loses nothing."""
    low = column.limits.min if column.limits else None
    high = column.limits.max if column.limits else None
    if low is None and column.role is Role.WEIGHT:
        low = Decimal(0)
    if column.type is ColumnType.INTEGER:
        return (
            None if low is None else _int64(ceil(low)),
            None if high is None else _int64(floor(high)),
        )
    return None if low is None else float(low), None if high is None else float(high)


def _int64(number: int) -> int:
    return max(-(2**63), min(2**63 - 1, number))


class Limits:
    """All limits of all columns, checked block by block."""

    def __init__(self, schema: Schema) -> None:
        self._limits: list[tuple[str, _Limit]] = []
        for column in schema.stored:
            if _bounds(column) != (None, None) and column.type in _NUMERIC:
                self._limits.append((column.name, _RangeLimit(column)))
            if column.limits and column.limits.allowed is not None:
                self._limits.append((column.name, _AllowedLimit(column)))

    def add(
        self, rows: pa.RecordBatch, first_row: int, extremes: Mapping[str, Extremes | None]
    ) -> None:
        """Takes the next block into account, with the lowest and highest of its numbers."""
        for name, limit in self._limits:
            if not limit.fits(extremes.get(name)):
                limit.add(rows.column(name), first_row)

    def failures(self, rows: int, numbers: RowNumbers) -> Iterator[Failure]:
        """One per limit that some cell breaks."""
        for _, limit in self._limits:
            if limit.tally.count:
                yield limit.failure(rows, numbers)


_NUMERIC = frozenset({ColumnType.FLOAT, ColumnType.INTEGER})
