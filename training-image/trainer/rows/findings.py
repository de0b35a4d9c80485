"""How is bad data reported: which check, which column, how many of how many rows, which ones?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.row_numbers import RowNumbers

EXAMPLES = 3
_SHOWN_CHARACTERS = 60


class Check(StrEnum):
    """Every check, the most telling first: in this order failures are reported."""

    SOURCE_EMPTY = "SourceEmpty"
    """Used when the source holds no row at all."""
    SCHEMA_CHANGED = "SchemaChanged"
    """Used when columns were added, removed or retyped since the columns were locked."""
    COLUMN_MISSING = "ColumnMissing"
    """Used when a declared column (or the target) is not in the source."""
    ROW_UNREADABLE = "RowUnreadable"
    """Used when a row has too many or too few cells, or is no JSON object."""
    AMBIGUOUS_COLUMN = "AmbiguousColumn"
    """Used when most cells of an undeclared column look like one type, but not all."""
    TYPE_MISMATCH = "TypeMismatch"
    """Used when cells are not values of their column's type."""
    MISSING = "Missing"
    """Used when too many cells of a column are missing, or any of the target."""
    TARGET_LEAKAGE = "TargetLeakage"
    """Used when one column alone tells the target."""
    RANGE = "Range"
    """Used when numbers are below min or above max."""
    ALLOWED = "Allowed"
    """Used when texts are not among the allowed ones."""
    DUPLICATES = "Duplicates"
    """Used when too many rows are there more than once."""
    MIN_ROWS = "MinRows"
    """Used when there are too few rows."""
    MAX_ROWS = "MaxRows"
    """Used when there are too many rows."""
    ROWS_LOST = "RowsLost"
    """Used when too many rows of the version before are gone."""
    COLUMNS_DRIFTED = "ColumnsDrifted"
    """Used when too many columns are distributed otherwise than in the version before."""
    AGE = "Age"
    """Used when the data is too old, or nothing tells its age."""
    SPLIT_EMPTY = "SplitEmpty"
    """Used when the train or the test part would be without rows."""
    SPLIT_LEAKAGE = "SplitLeakage"
    """Used when the test part has rows, ids or a past that models were trained on."""
    COLUMN_UNEXPECTED = "ColumnUnexpected"
    """Used, as a warning, when the source has columns that nobody declared."""


_ORDER = tuple(Check)


@dataclass(frozen=True, slots=True)
class Failure:
    """One bad fact; `message` says what, why and what to do."""

    check: Check
    column: str | None
    count: int
    rows: int
    examples: tuple[str, ...]
    message: str

    def document(self) -> dict[str, Any]:
        """The failure as results hold it."""
        return {
            "check": str(self.check),
            "column": self.column,
            "count": self.count,
            "rows": self.rows,
            "examples": list(self.examples),
            "message": self.message,
        }


def by_importance(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """In the order of the checks; within one check, what concerns most rows first."""
    return tuple(
        sorted(
            failures,
            key=lambda found: (_ORDER.index(found.check), -found.count, found.column or ""),
        )
    )


@dataclass(slots=True)
class Tally:
    """How many cells or rows are bad, and the first three of them."""

    count: int = 0
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, bad: pa.BooleanArray, values: pa.Array, first_row: int) -> None:
        """Counts the true cells of `bad`; row numbers count from `first_row` on."""
        count = pc.sum(bad).as_py() or 0
        self.count += count
        if count and len(self.found) < EXAMPLES:
            places = pc.indices_nonzero(bad)[: EXAMPLES - len(self.found)]
            for place in places.to_pylist():
                self.found.append((first_row + place, _cell(values[place])))

    def examples(self, numbers: RowNumbers) -> tuple[str, ...]:
        """`row 17: -3.2` and the like."""
        return tuple(f"{numbers.label(row)}: {value}" for row, value in self.found)


def _cell(cell: pa.Scalar) -> str:
    try:
        return shown(cell.as_py())
    except (OverflowError, ValueError):
        # A time beyond the calendar, where even Arrow's own text is wrong.
        return f"{cell.value} {cell.type.unit} since 1970"


def shown(value: Any) -> str:
    """A value fit for one line: control characters escaped, at most 60 characters."""
    if value is None:
        return "missing"
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    safe = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text[:200])
    return safe if len(safe) <= _SHOWN_CHARACTERS else safe[: _SHOWN_CHARACTERS - 1] + "…"


def share(count: int, rows: int) -> str:
    """`12 of 569 rows (2.1 %)`."""
    percent = 100 * count / rows if rows else 0.0
    shown_percent = f"{percent:.2g}" if percent < 10 else f"{percent:.0f}"
    return f"{count} of {rows} rows ({shown_percent} %)"
