"""What may the operator ask an ingest Job to do?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.tasks.csv_options import CsvOptions
from trainer.tasks.task_parts import Count, Digest, Document, Exact, Percent, Source, Text


class ColumnType(StrEnum):
    """How the values of a column are read and stored."""

    FLOAT = "Float"
    INTEGER = "Integer"
    BOOLEAN = "Boolean"
    CATEGORY = "Category"
    STRING = "String"
    TIMESTAMP = "Timestamp"


class Role(StrEnum):
    """What a column is for. `Target`: predicted; always so for the name in `target`, and for
    those that declare it, which models predict beside it.
    """

    FEATURE = "Feature"
    SLICE = "Slice"
    ID = "Id"
    TIME = "Time"
    WEIGHT = "Weight"
    IGNORE = "Ignore"
    TARGET = "Target"


class TimePart(StrEnum):
    """What a time becomes for a model, in UTC; Monday is weekday 1."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"


def part_name(column: str, part: TimePart) -> str:
    """What the part of a column is called: `at.month`."""
    return f"{column}.{part}"


class Format(StrEnum):
    """How source files are written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class Leakage(StrEnum):
    """What follows when a column gives the target away, or the train part the test part."""

    REFUSE = "Refuse"
    WARN = "Warn"
    IGNORE = "Ignore"


class SplitBy(StrEnum):
    """What decides whether a row is a test row."""

    ROW_HASH = "RowHash"
    GROUP = "Group"
    TIME = "Time"


class Column(Document):
    """One declared column. `min` and `max` bound numbers; `allowed` bounds texts."""

    name: Text
    type: ColumnType
    role: Role = Role.FEATURE
    min: Exact | None = None
    max: Exact | None = None
    allowed: tuple[str, ...] | None = None
    max_missing_percent: Percent | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        numeric = self.type in {ColumnType.FLOAT, ColumnType.INTEGER}
        if (self.min is not None or self.max is not None) and not numeric:
            raise ValueError(f"column {self.name}: min and max need type Float or Integer")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"column {self.name}: min {self.min} is above max {self.max}")
        if self.allowed is not None and self.type not in {ColumnType.CATEGORY, ColumnType.STRING}:
            raise ValueError(f"column {self.name}: allowed needs type Category or String")
        if self.role is Role.WEIGHT and not numeric:
            raise ValueError(f"column {self.name}: role Weight needs type Float or Integer")
        if self.role is Role.TIME and self.type is not ColumnType.TIMESTAMP:
            raise ValueError(f"column {self.name}: role Time needs type Timestamp")
        return self


class AgainstPrevious(Document):
    """How far data may be from the version before; None is no bound.

    `min_effect`: from which population stability index on a column counts as drifted.
    """

    max_rows_lost_percent: Percent | None = None
    max_drifted_columns: Count | None = None
    min_effect: Annotated[Exact, Field(gt=0)] = Decimal("0.2")


class Checks(Document):
    """Bounds on the data as a whole; None is no bound."""

    min_rows: Count | None = None
    max_rows: Count | None = None
    max_duplicate_rows_percent: Percent | None = None
    max_age_seconds: Count | None = None
    target_leakage: Leakage = Leakage.REFUSE
    split_leakage: Leakage = Leakage.WARN
    against_previous: AgainstPrevious = AgainstPrevious()


class Split(Document):
    """Which rows are frozen as the test part."""

    test_percent: Annotated[Exact, Field(gt=0, lt=100)] = Decimal(20)
    by: SplitBy = SplitBy.ROW_HASH
    column: str | None = None
    gap_seconds: Count | None = None
    seed: int = 0

    @model_validator(mode="after")
    def _has_its_column(self) -> Self:
        if (self.by is SplitBy.ROW_HASH) != (self.column is None):
            raise ValueError("split: column is needed by Group and Time, and by them alone")
        if self.gap_seconds and self.by is not SplitBy.TIME:
            raise ValueError("split: gapSeconds is for Time alone")
        return self


class IngestTask(Document):
    """Read a source, check it, and publish it as a dataset version."""

    version: Literal[1]
    dataset: Text
    source: Source
    format: Format | None = None
    csv: CsvOptions = CsvOptions()
    target: Text
    columns: tuple[Column, ...] | None = None
    locked_schema: Digest | None = None
    previous: Digest | None = None
    reader: str = ""
    known_state: Digest | None = None
    checks: Checks = Checks()
    split: Split = Split()
    now: datetime

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.now.tzinfo is None:
            raise ValueError("now needs a time zone")
        if self.columns is not None:
            _check_columns(self.columns, self.target, self.split)
        return self


def _check_columns(columns: tuple[Column, ...], target: str, split: Split) -> None:
    names = [column.name for column in columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"columns declared twice: {', '.join(doubled)}")
    if target not in names:
        raise ValueError(f"target {target} is not among the declared columns")
    if split.column is not None and split.column not in names:
        raise ValueError(f"split column {split.column} is not among the declared columns")
    parts = {
        part_name(column.name, part)
        for column in columns
        if column.type is ColumnType.TIMESTAMP and column.role is Role.FEATURE
        for part in TimePart
    }
    if parts & set(names):
        raise ValueError(
            f"columns {', '.join(sorted(parts & set(names)))} are parts of a Timestamp that is a"
            " feature: rename them, or give the Timestamp another role"
        )
    for column in columns:
        _check_use(column, target, split)


def _check_use(column: Column, target: str, split: Split) -> None:
    predicted = column.name == target or column.role is Role.TARGET
    if predicted and column.type is ColumnType.TIMESTAMP:
        raise ValueError(f"target {column.name}: type Timestamp cannot be predicted")
    if column.name == split.column and split.by is SplitBy.TIME and column.role is not Role.TIME:
        raise ValueError(f"split column {column.name}: by Time needs role Time")
