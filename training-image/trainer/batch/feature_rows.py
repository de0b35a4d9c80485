"""Which rows of a file can the model be asked, and what stands against the others?

A cell is read as the ingest of a Dataset reads it, and refused as a model server refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from modelbundle.rows import Rows, rows_of_columns
from modelbundle.signature import Feature, Kind
from trainer.files.raw_batch import RawBatch
from trainer.pod.exits import Reason, UserFault
from trainer.rows.findings import shown
from trainer.rows.time_parts import part_of
from trainer.rows.typed_values import Converted, convert
from trainer.tasks.ingest_task import ColumnType, TimePart, part_name

_TYPES = {
    Kind.FLOAT: ColumnType.FLOAT,
    Kind.INTEGER: ColumnType.INTEGER,
    Kind.BOOLEAN: ColumnType.BOOLEAN,
    Kind.CATEGORY: ColumnType.CATEGORY,
}
_KNOWN_SHOWN = 5
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is set aside: its place in the batch, and the first cell that stands against it.

    `column` is empty where no single cell does.
    """

    place: int
    column: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class FeatureRows:
    """`places`: where in the batch the rows stand that the model can be asked."""

    rows: Rows
    places: npt.NDArray[np.int64]
    refused: tuple[Refused, ...]


def feature_rows(name: str, batch: RawBatch, features: Sequence[Feature]) -> FeatureRows:
    """The rows of a batch of the file as the model takes them.

    Raises UserFault ColumnMissing for a file without a column that the model needs.
    """
    count = batch.rows.num_rows
    bad: Flags = np.zeros(count, dtype=bool)
    refused: list[Refused] = []
    columns: list[npt.NDArray[Any]] = []
    given = dict(zip(batch.rows.schema.names, batch.rows.columns, strict=True))
    for feature in features:
        cells, converted = _converted(name, batch, given, feature)
        for flags, reason in _against(converted, feature):
            new = flags & ~bad
            refused += [
                Refused(place, feature.name, shown(cells[place].as_py()), reason)
                for place in np.flatnonzero(new).tolist()
            ]
            bad |= new
        columns.append(_values(converted.values, feature))
    places = np.flatnonzero(~bad)
    rows = rows_of_columns(columns, features)
    if len(places) < count:
        rows = Rows(rows.numbers[places], rows.texts[places])
    return FeatureRows(rows, places, tuple(sorted(refused, key=lambda row: row.place)))


def _converted(
    name: str, batch: RawBatch, given: Mapping[str, pa.Array], feature: Feature
) -> tuple[pa.Array, Converted]:
    """The cells as they stand in the file, and as values of the feature."""
    if feature.name in given:
        cells = given[feature.name]
        return cells, convert(cells, _TYPES[feature.kind], batch.rules)
    for part in TimePart:
        time = feature.name.removesuffix(part_name("", part))
        if time != feature.name and time in given:
            moments = convert(given[time], ColumnType.TIMESTAMP, batch.rules)
            return given[time], Converted(part_of(moments.values, part), moments.invalid)
    if batch.keys_vary:
        cells = pa.nulls(batch.rows.num_rows, pa.string())
        return cells, convert(cells, _TYPES[feature.kind], batch.rules)
    raise UserFault(
        Reason.COLUMN_MISSING,
        f"file {name} has no column {feature.name}, which the model needs; its columns are"
        f" {', '.join(list(given)[:20])}",
    )


def _against(converted: Converted, feature: Feature) -> list[tuple[Flags, str]]:
    """Which rows cannot be asked because of this feature, and why."""
    found: list[tuple[Flags, str]] = []
    if converted.values.null_count:
        gone = _flags(pc.is_null(converted.values))
        invalid = _flags(converted.invalid)
        found.append((invalid, f"is no {feature.kind}"))
        if not feature.accepts_missing:
            found.append((gone & ~invalid, "is missing, and the model needs it"))
    if feature.categories is not None:
        known = pc.is_in(_plain(converted.values), pa.array(feature.categories, pa.string()))
        foreign = pc.and_(pc.is_valid(converted.values), pc.invert(known))
        some = ", ".join(feature.categories[:_KNOWN_SHOWN])
        more = ", …" if len(feature.categories) > _KNOWN_SHOWN else ""
        found.append((_flags(foreign), f"is none of the values that the model knows: {some}{more}"))
    return found


def _values(values: pa.Array, feature: Feature) -> npt.NDArray[Any]:
    if not feature.numeric:
        return np.asarray(pc.fill_null(_plain(values), "").to_numpy(zero_copy_only=False), object)
    if pa.types.is_boolean(values.type):
        values = pc.cast(values, pa.int8())
    return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _flags(cells: pa.Array) -> Flags:
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=bool)
