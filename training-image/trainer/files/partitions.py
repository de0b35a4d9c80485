"""Which columns stand in the names of a file's folders, as in `region=north/part-0.parquet`?"""

from __future__ import annotations

from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.column_names import column_name
from trainer.files.raw_batch import RawBatch
from trainer.pod.exits import Reason, UserFault

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def partitions_of(name: str) -> dict[str, str | None]:
    """The columns that Hive, Spark and others write as folders, in their order.

    Raises UserFault FormatUnreadable where two folders say different things about one column.
    """
    found: dict[str, str | None] = {}
    for folder in name.split("/")[:-1]:
        key, mark, text = folder.partition("=")
        if not mark or not key:
            continue
        column, value = column_name(unquote(key)), None if _is_missing(text) else unquote(text)
        if found.setdefault(column, value) != value:
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {name}: two of its folders name column {column}, with different values:"
                " rename one of them",
            )
    return found


def _is_missing(value: str) -> bool:
    return value in {"", _NO_VALUE}


def differing(batch: RawBatch, partitions: dict[str, str | None]) -> dict[str, str]:
    """The first text by which the file itself says something else about one of these columns."""
    found: dict[str, str] = {}
    for name, value in partitions.items():
        if name not in batch.rows.schema.names:
            continue
        cells = pc.unique(batch.rows.column(name).drop_null())
        if not pa.types.is_binary(cells.type):
            cells = pc.cast(cells, pa.string())
        for cell in cells.to_pylist():
            text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
            if text.strip() and text.strip().lstrip("0") != (value or "").lstrip("0"):
                found[name] = text.strip()
                break
    return found


def with_partitions(batch: RawBatch, partitions: dict[str, str | None]) -> RawBatch:
    """The batch with these columns; what the file itself says about one of them wins."""
    rows = batch.rows
    for name, value in partitions.items():
        if name not in rows.schema.names:
            constant = pa.repeat(pa.scalar(value, pa.string()), rows.num_rows)
            rows = rows.append_column(name, constant)
    return RawBatch(rows, batch.keys_vary, batch.rules)
