"""What do the values of each column look like? The numbers of profile.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from modelbundle.canonical import canonical_json
from trainer.rows.schema import Schema
from trainer.rows.typed_rows import summed_rows

NOTHING: Mapping[str, str] = MappingProxyType({})
_TOP = 20
_MOST_VALUES = 5_000
_SHOWN_CHARACTERS = 100
Numbers = npt.NDArray[np.float64]
Extremes = tuple[float, float]
_QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def decimal(value: float) -> str:
    """A number as a decimal string with at most six significant digits."""
    return f"{value:.6g}"


@dataclass(slots=True)
class _Numbers:
    """Mean and squared deviations by the pairwise update of Chan, Golub and LeVeque (1979)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = float("inf")
    high: float = float("-inf")

    def add(self, values: Numbers) -> Extremes | None:
        count = len(values)
        if not count:
            return None
        total = self.count + count
        # Numbers near the end of all floats sum to infinity; the profile then says "inf".
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(values.mean())
            off = values - mean
            off *= off
            self.squares += float(off.sum())
        shift = mean - self.mean
        self.squares += shift * shift * self.count * count / total
        self.mean += shift * count / total
        self.count = total
        low, high = float(values.min()), float(values.max())
        self.low, self.high = min(self.low, low), max(self.high, high)
        return low, high

    def document(self) -> dict[str, Any]:
        if not self.count:
            return {}
        deviation = (self.squares / (self.count - 1)) ** 0.5 if self.count > 1 else 0.0
        return {
            "min": decimal(self.low),
            "max": decimal(self.high),
            "mean": decimal(self.mean),
            "standardDeviation": decimal(deviation),
        }


@dataclass(slots=True)
class _Values:
    """How often each value comes; after 5,000 different ones, no new one is taken up."""

    counts: dict[str, int] = field(default_factory=dict)
    complete: bool = True

    def add(self, column: pa.Array) -> None:
        for found, count in _counts(column):
            value = str(found)[:_SHOWN_CHARACTERS]
            if value in self.counts or len(self.counts) < _MOST_VALUES:
                self.counts[value] = self.counts.get(value, 0) + count
            else:
                self.complete = False

    def document(self) -> dict[str, Any]:
        ranked = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        top = [{"value": value, "count": count} for value, count in ranked[:_TOP]]
        return {"distinct": len(self.counts), "distinctIsExact": self.complete, "top": top}


def _counts(column: pa.Array) -> Iterator[tuple[Any, int]]:
    """Each different value and how often it comes, in the order of their first rows."""
    coded = pa.types.is_dictionary(column.type)
    pairs = pc.value_counts(pc.drop_null(column.indices if coded else column))
    values = pairs.field("values")
    texts = column.dictionary.take(values) if coded else values
    return zip(texts.to_pylist(), pairs.field("counts").to_pylist(), strict=True)


class Profile:
    """Collects blocks; the same rows give the same profile however they were stored."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._summed_rows = summed_rows(len(schema.stored))
        self._rows = 0
        self._missing = {column.name: 0 for column in schema.stored}
        self._numbers: dict[str, _Numbers] = {}
        self._values: dict[str, _Values] = {}

    def add(self, rows: pa.RecordBatch) -> dict[str, Extremes | None]:
        """Takes the next block into account: the lowest and highest of its numbers, as floats."""
        found: dict[str, Extremes | None] = {}
        self._rows += rows.num_rows
        for name, column in zip(rows.schema.names, rows.columns, strict=True):
            self._missing[name] += column.null_count
            if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
                found[name] = self._summed(name, pc.cast(column, pa.float64(), safe=False))
            elif pa.types.is_timestamp(column.type):
                micros = pc.cast(column, pa.int64())
                self._summed(name, pc.divide(pc.cast(micros, pa.float64(), safe=False), 1e6))
            else:
                self._values.setdefault(name, _Values()).add(column)
        return found

    def _summed(self, name: str, column: pa.Array) -> Extremes | None:
        numbers = self._numbers.setdefault(name, _Numbers())
        found = []
        for start in range(0, len(column), self._summed_rows):
            values = column.slice(start, self._summed_rows)
            if extremes := numbers.add(values.drop_null().to_numpy()):
                found.append(extremes)
        return (min(found)[0], max(high for _, high in found)) if found else None

    def newest(self, name: str) -> float | None:
        """The highest value of a number or time (seconds since 1970); None without any."""
        numbers = self._numbers.get(name)
        return numbers.high if numbers and numbers.count else None

    def oldest(self, name: str) -> float | None:
        """The lowest value of a number or time (seconds since 1970); None without any."""
        numbers = self._numbers.get(name)
        return numbers.low if numbers and numbers.count else None

    def classes(self, name: str) -> Mapping[str, int]:
        """How often each text or truth of the column comes; empty for others, and for too many."""
        values = self._values.get(name)
        return values.counts if values and values.complete else {}

    def missing(self, name: str) -> int:
        """Cells of the column without a value."""
        return self._missing.get(name, 0)

    def content(
        self,
        sample: pa.Table | None,
        left_out: Mapping[str, str] = NOTHING,
        notes: Sequence[str] = (),
    ) -> bytes:
        """profile.json. Quantiles are those of the sample: exact up to its size.

        `left_out`: columns of the source that cannot be read, and why. `notes`: what was told.
        """
        columns = []
        for column in self._schema.stored:
            document: dict[str, Any] = {
                "name": column.name,
                "type": str(column.type),
                "role": str(column.role),
                **({"why": column.why} if column.why else {}),
                "count": self._rows - self._missing[column.name],
                "missing": self._missing[column.name],
            }
            if column.name in self._numbers:
                document |= self._numbers[column.name].document()
                document["quantiles"] = _quantiles(sample, column.name)
            elif column.name in self._values:
                document |= self._values[column.name].document()
            columns.append(document)
        ignored = {c.name: c.why for c in self._schema.columns if not c.stored} | dict(left_out)
        return canonical_json(
            {
                "version": 1,
                "rows": self._rows,
                "sampledRows": 0 if sample is None else sample.num_rows,
                "columns": columns,
                "leftOut": [{"name": name, "why": why} for name, why in ignored.items()],
                "notes": list(notes),
            }
        )


def _quantiles(sample: pa.Table | None, name: str) -> dict[str, str]:
    if sample is None:
        return {}
    column = sample.column(name).drop_null()
    if pa.types.is_timestamp(column.type):
        column = pc.divide(pc.cast(pc.cast(column, pa.int64()), pa.float64(), safe=False), 1e6)
    values = pc.cast(column, pa.float64(), safe=False).to_numpy()
    if not len(values):
        return {}
    found = quantiles(values, np.array(_QUANTILES))
    return {
        decimal(share): decimal(float(value))
        for share, value in zip(_QUANTILES, found, strict=True)
    }


def quantiles(values: Numbers, shares: Numbers) -> Numbers:
    """As numpy's own, which loads masked arrays on its way: a twentieth of a second."""
    ordered = np.sort(values)
    places = (len(values) - 1) * shares
    below = np.floor(places).astype(np.int64)
    low, high = ordered[below], ordered[np.minimum(below + 1, len(values) - 1)]
    part = places - below
    with np.errstate(over="ignore", invalid="ignore"):
        width = high - low
        return np.where(part >= 0.5, high - width * (1 - part), low + width * part)
