"""How good did each revision turn out to be? Labels that came later, joined with captured rows."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.faults import BundleFault, StoreNotFound
from modelbundle.publishing import stored_manifest
from modelbundle.signature import Signature, Task
from modelbundle.store import Store
from trainer.captures.capture_table import BUNDLE, INPUT, PREDICTION, TIME
from trainer.captures.labelled_rows import (
    KEY,
    LABEL,
    SLICE,
    LabelledRows,
    features_with_label,
    is_of_one_target,
    labelled_rows,
    probability_columns,
)
from trainer.captures.labels import read_labels
from trainer.grades.decimal_text import decimal_text
from trainer.grades.fairness import fairness
from trainer.grades.live_quality import Estimate, LiveAnswers, comparable, live_quality
from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.tasks.join_task import JoinTask

REVISIONS = 4
"""The result tells of so many: those that answered last."""
KEPT = 3
"""Of so many joins it is kept which rows had a label."""
ROWS = "rows.parquet"
_KEYS = ".keys.parquet"


def run(task: JoinTask, environment: Environment) -> Result:
    """What the labels say of each revision. Raises UserFault when they cannot be read."""
    store = open_environment_store(environment)
    labels = read_labels(store, task)
    max_delay = timedelta(seconds=task.labels.max_delay_seconds)
    found = labelled_rows(store, task.captures, labels, task.now, max_delay)
    newest = sorted(found.tables, key=lambda name: _last(found.tables[name]), reverse=True)
    document: dict[str, Any] = {
        "verb": "join",
        "outcome": "Joined",
        "metric": task.metric,
        "labels": labels.counts.labels,
        "empty": labels.counts.empty,
        "doubled": labels.counts.doubled,
        "contradicting": labels.counts.contradicting,
        "unknown": len(labels.keys) - found.used,
        "captured": found.captured,
        "joined": sum(table.num_rows for table in found.tables.values()),
        "ambiguous": found.ambiguous,
        "awaited": found.awaited,
        "missing": found.missing,
        "late": _late(store, task, found),
        "revisions": [
            _measured(store, task, name, found.tables[name]) for name in newest[:REVISIONS]
        ],
    }
    _publish(store, task, found, newest)
    return Result(document)


def _measured(store: Store, task: JoinTask, revision: str, table: pa.Table) -> dict[str, Any]:
    """The metric over the newest rows that had time to get a label, or why there is none."""
    document: dict[str, Any] = {"revision": revision, "labelled": table.num_rows, "rows": 0}
    signature = _signature(store, table[BUNDLE][-1].as_py())
    if isinstance(signature, str):
        return document | {"why": signature}
    if not is_of_one_target(table):
        return document | {"why": "it predicts several targets, and labels are of one"}
    rows = _window(task, table)
    truth = comparable(rows[LABEL].to_pylist(), signature)
    odd = [i for i, value in enumerate(truth) if value is None]
    if odd:
        shown = rows[LABEL][odd[0]].as_py()
        return document | {"why": f"label {str(shown)[:40]!r} is nothing that the model predicts"}
    predicted = comparable(rows[PREDICTION].to_pylist(), signature)
    names = probability_columns(rows)
    chances = np.column_stack([rows[name].to_numpy() for name in names]) if names else None
    document["rows"] = rows.num_rows
    if rows.num_rows:
        estimate = live_quality(task.metric, LiveAnswers(truth, predicted, chances), signature)
        document |= _bounds(estimate) if estimate else {"why": _undefined(task, signature)}
    if task.fairness is not None:
        document["fairness"] = _fairness(task, rows, truth, predicted, signature)
    return document


def _fairness(
    task: JoinTask, rows: pa.Table, truth: list[Any], predicted: list[Any], of: Signature
) -> dict[str, Any]:
    assert task.fairness is not None  # noqa: S101
    column = task.fairness.column
    place = SLICE if SLICE in rows.column_names else INPUT + column
    if of.task is Task.REGRESSION:
        return {"why": f"{task.fairness.measure} is of classes, and the model predicts numbers"}
    if place not in rows.column_names:
        return {"why": f"neither labels nor captured rows have a column {column}"}
    found = fairness(task.fairness.measure, truth, predicted, rows[place].to_pylist())
    if found is None:
        return {"why": f"{column} has no two values with 50 labelled rows each"}
    return {**_bounds(found.estimate), "between": list(found.between), "slices": found.slices}


def _window(task: JoinTask, table: pa.Table) -> pa.Table:
    """The newest rows for which no label comes any more that would have come sooner or later.

    Were rows counted as soon as they have a label, outcomes that are known early would weigh more.
    """
    until = task.now - timedelta(seconds=task.labels.max_delay_seconds)
    due = pc.less_equal(table[TIME], pa.scalar(until).cast(table[TIME].type))
    ripe = table.filter(due)
    return ripe.slice(max(0, ripe.num_rows - task.window_rows))


def _late(store: Store, task: JoinTask, found: LabelledRows) -> int:
    """Rows whose label is new and came later than it may."""
    if not task.labels.max_delay_seconds or not task.previous:
        return 0
    try:
        with store_faults():
            folder = task.previous_folder or task.folder
            content = store.read(f"{folder}/{task.previous}{_KEYS}")
    except StoreNotFound:
        return 0
    before = pq.read_table(io.BytesIO(content))[KEY].combine_chunks()
    until = pa.scalar(task.now - timedelta(seconds=task.labels.max_delay_seconds))
    late = 0
    for table in found.tables.values():
        new = table.filter(pc.invert(pc.is_in(table[KEY], value_set=before)))
        late += pc.sum(pc.less(new[TIME], until.cast(new[TIME].type))).as_py() or 0
    return late


def _publish(store: Store, task: JoinTask, found: LabelledRows, newest: list[str]) -> None:
    """The labelled rows are in the store, with the inputs that the newest revision takes."""
    if not newest:
        return
    label = task.labels.label_column
    wanted = features_with_label(found.tables[newest[0]], label).column_names
    tables = [features_with_label(found.tables[name], label) for name in reversed(newest)]
    fitting = [table.select(wanted) for table in tables if set(wanted) <= set(table.column_names)]
    keys = pa.concat_tables([table.select([KEY]) for table in found.tables.values()])
    rows = pa.concat_tables(fitting, promote_options="permissive")
    with store_faults():
        for name, table in ((f"{task.run}{_KEYS}", keys), (ROWS, rows)):
            content = io.BytesIO()
            pq.write_table(table, content, compression="zstd")
            store.write(f"{task.folder}/{name}", content.getvalue())
        known = [entry for entry in store.list(task.folder) if entry.key.endswith(_KEYS)]
        for entry in sorted(known, key=lambda e: str(e.modified))[:-KEPT]:
            store.delete(entry.key)


def _signature(store: Store, digest: str) -> Signature | str:
    """Of the bundle that answered, or why it cannot be known."""
    try:
        with store_faults():
            return stored_manifest(store, digest).signature
    except BundleFault as fault:
        return f"its bundle cannot be read: {fault}"


def _bounds(estimate: Estimate) -> dict[str, str]:
    return {
        name: decimal_text(round(value, 6))
        for name, value in (
            ("value", estimate.value),
            ("low", estimate.low),
            ("high", estimate.high),
        )
    }


def _undefined(task: JoinTask, of: Signature) -> str:
    return f"{task.metric} is not defined for these rows of a {str(of.task).lower()}"


def _last(table: pa.Table) -> Any:
    return table[TIME][-1].as_py()
