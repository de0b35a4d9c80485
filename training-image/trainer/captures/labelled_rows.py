"""Which captured rows have a label, and which are still without?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.faults import StoreNotFound
from modelbundle.store import Store
from trainer.captures.capture_table import (
    BUNDLE,
    INPUT,
    PREDICTION,
    PROBABILITY,
    REQUEST_ID,
    REVISION,
    ROW,
    ROWS,
    TIME,
)
from trainer.captures.labels import KnownLabels
from trainer.pod.storing import store_faults

KEY = "key"
LABEL = "label"
SLICE = "slice"


@dataclass(slots=True)
class LabelledRows:
    """Rows with labels by revision, in order of time, and what was counted beside them."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    captured: int = 0
    """Rows that were read."""
    ambiguous: int = 0
    """Rows with a label that share their id with another row of their revision; left out."""
    awaited: int = 0
    """Rows without a label for which one may still come in time."""
    missing: int = 0
    """Rows without a label that are older."""
    used: int = 0
    """Labels that belong to a row that was read."""


def labelled_rows(
    store: Store, folder: str, labels: KnownLabels, now: datetime, max_delay: timedelta
) -> LabelledRows:
    """Every captured row below the folder for which there is a label."""
    found = LabelledRows()
    parts: dict[str, list[pa.Table]] = {}
    seen = pa.array([], pa.string())
    for table in capture_parts(store, folder):
        keyed = table.append_column(KEY, keys_of(table))
        at = pc.index_in(keyed[KEY], value_set=labels.keys)
        found.captured += table.num_rows
        unlabelled = keyed.filter(pc.is_null(at))
        overdue = pc.less(unlabelled[TIME], pa.scalar(now - max_delay).cast(_TIME))
        late = pc.sum(overdue).as_py() or 0
        found.missing += late
        found.awaited += unlabelled.num_rows - late
        positions = at.drop_null()
        if not len(positions):
            continue
        rows = keyed.filter(pc.is_valid(at)).append_column(LABEL, labels.values.take(positions))
        if labels.slices is not None:
            rows = rows.append_column(SLICE, labels.slices.take(positions))
        seen = pc.unique(pa.concat_arrays([seen, rows[KEY].combine_chunks()]))
        parts.setdefault(rows[REVISION][0].as_py(), []).append(rows)
    found.used = len(seen)
    for revision, tables in parts.items():
        single, ambiguous = _single(pa.concat_tables(tables, promote_options="permissive"))
        found.ambiguous += ambiguous
        if single.num_rows:
            found.tables[revision] = single.sort_by([(TIME, "ascending"), (KEY, "ascending")])
    return found


_TIME = pa.timestamp("ms", tz="UTC")


def capture_parts(store: Store, folder: str) -> Iterator[pa.Table]:
    """Yield every part below the folder, as a table of one revision each."""
    with store_faults():
        entries = store.list(folder)
    for entry in entries:
        if not entry.key.endswith(".parquet"):
            continue
        try:
            with store_faults():
                content = store.read(entry.key)
        except StoreNotFound:
            continue  # its day is over since it was listed
        table = pq.read_table(io.BytesIO(content))
        for name in (REVISION, BUNDLE):
            table = table.set_column(
                table.schema.get_field_index(name), name, table[name].cast(pa.string())
            )
        if table.num_rows:
            yield table


def keys_of(table: pa.Table) -> pa.ChunkedArray:
    """By what labels name the rows: the request's id, of several rows with the row's number."""
    numbered = pc.binary_join_element_wise(table[REQUEST_ID], table[ROW].cast(pa.string()), "/")
    return pc.if_else(pc.equal(table[ROWS], 1), table[REQUEST_ID], numbered)


def features_with_label(table: pa.Table, label: str) -> pa.Table:
    """What a model is trained on: the inputs under their own names, and the label under its."""
    columns = {
        name.removeprefix(INPUT): table[name] for name in table.column_names if _is_input(name)
    }
    return pa.table({**columns, label: table[LABEL]})


def probability_columns(table: pa.Table) -> list[str]:
    """The columns with probabilities, in the order of the model's classes."""
    return [name for name in table.column_names if name.startswith(PROBABILITY)]


def is_of_one_target(table: pa.Table) -> bool:
    """False where the model predicts several."""
    return PREDICTION in table.column_names


def _is_input(name: str) -> bool:
    return name.startswith(INPUT)


def _single(table: pa.Table) -> tuple[pa.Table, int]:
    """The rows whose key no other has, and how many others there were."""
    counts = table.group_by(KEY).aggregate([(KEY, "count")])
    several = counts.filter(pc.greater(counts[f"{KEY}_count"], 1))[KEY].combine_chunks()
    if not len(several):
        return table, 0
    alone = table.filter(pc.invert(pc.is_in(table[KEY], value_set=several)))
    return alone, table.num_rows - alone.num_rows
