"""What a party's rows are to what parties agree on."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
from training_pod import Table

from modelbundle.rows import frame_of_rows
from modelbundle.signature import Task
from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.datasets.tables import rows_of_table
from trainer.federated.statement import Statement, read_statement, statement_of
from trainer.tasks.ingest_task import ColumnType, Role

_TYPES = {"Float": ColumnType.FLOAT, "Integer": ColumnType.INTEGER, "Boolean": ColumnType.BOOLEAN}


def columns(table: Table) -> Columns:
    """Return what the table's columns are."""
    members = []
    for name, kind in table.kinds.items():
        role = Role.TARGET if name == table.target else Role(table.roles.get(name, "Feature"))
        type_ = _TYPES.get(kind, ColumnType.CATEGORY)
        members.append(DatasetColumn(name, type_, role, kind if role is Role.FEATURE else None))
    return Columns(table.target, tuple(members))


def said(table: Table) -> Statement:
    """Return what a party with these rows says, as it travels."""
    found = columns(table)
    rows = pa.Table.from_pandas(table.frame, preserve_index=False)
    statement = statement_of(rows, found, found.features, Task.CLASSIFICATION)
    return read_statement(json.loads(json.dumps(statement.document())), found.features)


def frame_of(frame: pd.DataFrame, found: Columns) -> pd.DataFrame:
    """Return the features, as a party reads them."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return frame_of_rows(rows_of_table(table, found.features), found.features)
