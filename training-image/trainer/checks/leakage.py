"""Does one column alone tell the target?

A column gives the target away when, on a sample of rows,
- cut into a few ranges (or by its few values), it tells the class of all but 0.1 % of the rows
  that always guessing the most frequent class gets wrong (Goodman and Kruskal's lambda >= 0.999);
- or, for a numeric target, its ranks or its values correlate with the target's by >= 0.99995.
Too few rows (under 50) prove nothing: by chance some column always fits. Nor do repeated rows, so
equal rows count once, except for columns of at most 20 values, where all rows may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.pod.numpy_arrays import as_arrow
from trainer.rows.findings import EXAMPLES, shown
from trainer.rows.sampling import Sample
from trainer.rows.schema import Schema, SchemaColumn
from trainer.tasks.ingest_task import ColumnType, Role

Codes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

_FEWEST_ROWS = 50
_MOST_CLASSES = 100
_FEW_VALUES = 20
_LAMBDA = 0.999
_CORRELATION = 0.99995
_ROWS_PER_VALUE = 10
_ROWS_PER_RANGE = 10


@dataclass(frozen=True, slots=True)
class Leak:
    """The target in `agreeing` of `rows` sampled rows is told by the column; `how` in words."""

    column: str
    target: str
    agreeing: int
    rows: int
    how: str
    found: tuple[tuple[int, str], ...]


def leaks(sample: Sample, schema: Schema) -> Iterator[Leak]:
    """Every feature of the sample that tells a target."""
    for target in schema.columns:
        if target.role is Role.TARGET and target.name in sample.rows.schema.names:
            yield from _leaks_of(target, sample, schema)


def _leaks_of(target: SchemaColumn, sample: Sample, schema: Schema) -> Iterator[Leak]:
    known = pc.is_valid(sample.rows.column(target.name)).to_numpy()
    for column in schema.columns:
        if column.role is not Role.FEATURE:
            continue
        few = pc.count_distinct(sample.rows.column(column.name), mode="all").as_py() <= _FEW_VALUES
        chosen = known if few else known & sample.distinct
        rows = sample.rows.select([column.name, target.name]).filter(as_arrow(chosen))
        told = _told(rows.column(column.name), rows.column(target.name), column, target)
        if told is not None:
            agreeing, how = told
            examples = _examples(rows, sample.numbers[chosen], column.name, target.name)
            yield Leak(column.name, target.name, agreeing, rows.num_rows, how, examples)


def _told(
    feature: pa.ChunkedArray, target: pa.ChunkedArray, column: SchemaColumn, goal: SchemaColumn
) -> tuple[int, str] | None:
    distinct = pc.count_distinct(target).as_py()
    if distinct < 2 or len(target) < _FEWEST_ROWS:
        return None
    if distinct > _FEW_VALUES:
        same = pc.sum(pc.equal(pc.cast(feature, pa.string()), pc.cast(target, pa.string())))
        if (same.as_py() or 0) >= _LAMBDA * len(target):
            return same.as_py(), "equals the target"
        if _is_numeric(goal):
            return _told_number(feature, target, column)
    return None if distinct > _MOST_CLASSES else _told_class(feature, target, column)


def _is_numeric(column: SchemaColumn) -> bool:
    return column.type in {ColumnType.FLOAT, ColumnType.INTEGER}


def _told_class(
    feature: pa.ChunkedArray, target: pa.ChunkedArray, column: SchemaColumn
) -> tuple[int, str] | None:
    classes = _codes(target)
    values = _codes(feature, ordered=_is_numeric(column))
    by_value = _majority_counts(values, classes)
    most_frequent = int(np.bincount(classes).max())
    right = _right_by_ranges(values, classes) if _is_numeric(column) else 0
    if len(by_value) * _ROWS_PER_VALUE <= len(classes):
        right = max(right, int(by_value.sum()))
    errors, guesses = len(classes) - right, len(classes) - most_frequent
    if guesses < EXAMPLES or errors > (1 - _LAMBDA) * guesses:
        return None
    return right, "tells the target by its value alone"


def _codes(column: pa.ChunkedArray, *, ordered: bool = False) -> Codes:
    """Each value as a number from 0 on, missing as its own value; by size when `ordered`."""
    if ordered:
        values = pc.cast(column, pa.float64(), safe=False).to_numpy()
        return np.unique(values, return_inverse=True)[1].astype(np.int64).reshape(-1)
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    codes: Codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _majority_counts(values: Codes, classes: Codes) -> Codes:
    """For each value, how many rows its most frequent class has."""
    width = int(classes.max()) + 1
    pairs, counts = np.unique(values * width + classes, return_counts=True)
    best = np.zeros(int(values.max()) + 1, dtype=np.int64)
    np.maximum.at(best, pairs // width, counts)
    return best


def _right_by_ranges(values: Codes, classes: Codes) -> int:
    """Rows told right by ranges of the values, each of at least 10 rows and 1 % of all rows."""
    order = np.lexsort((classes, values))
    values, classes = values[order], classes[order]
    mixed = np.zeros(int(values.max()) + 1, dtype=bool)
    same_value = values[1:] == values[:-1]
    mixed[values[1:][same_value & (classes[1:] != classes[:-1])]] = True
    pure = ~mixed[values]
    found = classes[pure]
    if not len(found):
        return 0
    ends = np.flatnonzero(np.append(found[1:] != found[:-1], True))
    lengths = np.diff(np.append(-1, ends))
    fewest = max(_ROWS_PER_RANGE, len(values) // 100)
    return int(lengths[lengths >= fewest].sum())


def _told_number(
    feature: pa.ChunkedArray, target: pa.ChunkedArray, column: SchemaColumn
) -> tuple[int, str] | None:
    goal: Numbers = pc.cast(target, pa.float64(), safe=False).to_numpy()
    if not _is_numeric(column):
        return _told_by_groups(_codes(feature), goal)
    values: Numbers = pc.cast(feature, pa.float64(), safe=False).to_numpy()
    there = ~np.isnan(values)
    if there.sum() < max(_FEWEST_ROWS, 0.5 * len(values)):
        return None
    values, goal = values[there], goal[there]
    strength = max(abs(_correlation(values, goal)), abs(_correlation(_ranks(values), _ranks(goal))))
    if strength < _CORRELATION:
        return None
    return int(there.sum()), f"follows the target (correlation {strength:.6f})"


def _told_by_groups(values: Codes, goal: Numbers) -> tuple[int, str] | None:
    counts = np.bincount(values)
    if len(counts) * _ROWS_PER_VALUE > len(values):
        return None
    with np.errstate(all="ignore"):
        means = np.bincount(values, weights=goal) / np.maximum(counts, 1)
        total = float(((goal - goal.mean()) ** 2).sum())
        left = float(((goal - means[values]) ** 2).sum())
    if total == 0 or not np.isfinite(total) or left > (1 - _CORRELATION) * total:
        return None
    return len(values), "tells the target by its value alone"


def _ranks(values: Numbers) -> Numbers:
    """Ranks from 0 on; equal values share one."""
    return np.unique(values, return_inverse=True)[1].astype(np.float64).reshape(-1)


def _correlation(left: Numbers, right: Numbers) -> float:
    """Pearson's; 0 where it is not defined."""
    with np.errstate(all="ignore"):
        spread = float(left.std()) * float(right.std())
        if spread == 0 or not np.isfinite(spread):
            return 0.0
        return float(np.corrcoef(left, right)[0, 1])


def _examples(
    rows: pa.Table, places: npt.NDArray[np.uint64], column: str, target: str
) -> tuple[tuple[int, str], ...]:
    values: list[Any] = rows.column(column).slice(0, EXAMPLES).to_pylist()
    goals: list[Any] = rows.column(target).slice(0, EXAMPLES).to_pylist()
    return tuple(
        (int(place), f"{shown(value)} → {shown(goal)}")
        for place, value, goal in zip(places, values, goals, strict=False)
    )
