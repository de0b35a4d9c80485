"""What do the labels say of which prediction? One answer each, or none."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.store import Store
from trainer.datasets.dataset_manifest import DatasetManifest, download, read_manifest
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.join_task import JoinTask


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What the labels are like."""

    labels: int
    """Rows that name a prediction and a label."""
    empty: int
    """Rows that lack one of both."""
    doubled: int
    """Rows that say again what another says."""
    contradicting: int
    """Predictions of which rows say different things; they have no label."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownLabels:
    """`keys[i]` turned out to be `values[i]`; `slices[i]`, where labels say it, is its slice."""

    keys: pa.Array
    values: pa.Array
    slices: pa.Array | None
    counts: LabelCounts


def read_labels(store: Store, task: JoinTask) -> KnownLabels:
    """The labels of the version. Raises UserFault when it lacks a column."""
    labels = task.labels
    manifest = read_manifest(store, labels.dataset.digest)
    names = {column.name for column in manifest.columns}
    for name in (labels.request_id_column, labels.label_column):
        if name not in names:
            raise UserFault(
                Reason.SOURCE_INVALID,
                f"the labels {labels.dataset.digest} have no column {name!r}; they have"
                f" {', '.join(sorted(names))[:300]}",
            )
    wanted = [labels.request_id_column, labels.label_column]
    sliced = task.fairness.column if task.fairness is not None else None
    if sliced in names and sliced not in wanted:
        wanted.append(str(sliced))
    return known_labels(_table(store, labels.dataset.digest, manifest, wanted), wanted)


def known_labels(table: pa.Table, names: Sequence[str]) -> KnownLabels:
    """The labels of a table whose columns are key, label and perhaps slice, by these names."""
    keys, values = (_plain(table[name]) for name in names[:2])
    named = pc.and_(keys.is_valid(), values.is_valid())
    empty = table.num_rows - (pc.sum(named).as_py() or 0)
    slices = _plain(table[names[2]]) if len(names) > 2 else pa.nulls(len(keys), pa.string())
    rows = pa.table({"key": keys.cast(pa.string()), "value": values, "slice": slices}).filter(named)
    distinct = rows.group_by(["key", "value"], use_threads=False).aggregate([("slice", "first")])
    per_key = distinct.group_by("key", use_threads=False).aggregate(
        [("value", "count"), ("value", "first"), ("slice_first", "first")]
    )
    single = per_key.filter(pc.equal(per_key["value_count"], 1))
    return KnownLabels(
        single["key"].combine_chunks(),
        single["value_first"].combine_chunks(),
        single["slice_first_first"].combine_chunks() if len(names) > 2 else None,
        LabelCounts(
            labels=rows.num_rows,
            empty=empty,
            doubled=rows.num_rows - distinct.num_rows,
            contradicting=per_key.num_rows - single.num_rows,
        ),
    )


def _table(store: Store, digest: str, manifest: DatasetManifest, names: Sequence[str]) -> pa.Table:
    tables: list[pa.Table] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate((*manifest.parts("train"), *manifest.parts("test"))):
            path = Path(folder) / f"{number}.parquet"
            download(store, digest, file, path)
            tables.append(pq.read_table(path, columns=list(names)))
            path.unlink()
    return pa.concat_tables(tables, promote_options="permissive")


def _plain(column: pa.ChunkedArray) -> Any:
    """Without a dictionary, so that equal values are equal."""
    array = column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        return array.cast(array.type.value_type)
    return array
