"""Which schema holds for this ingest, and where do its raw rows come from then?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from trainer.datasets.dataset_manifest import DatasetManifest
from trainer.files.cell_rules import CellRules
from trainer.files.raw_batch import RawBatch
from trainer.files.raw_values import spread_texts
from trainer.files.spool import Spool
from trainer.rows.inference import InferredColumn
from trainer.rows.inferred_schema import inferred_schema
from trainer.rows.schema import Schema, declared_schema, locked_schema
from trainer.tasks.ingest_task import IngestTask

ReadLocked = Callable[[str], DatasetManifest]


def learned(
    task: IngestTask, batches: Iterator[RawBatch], read_locked: ReadLocked, folder: Path
) -> tuple[Schema, Iterator[RawBatch]]:
    """The schema, and all raw rows.

    Declared columns win over locked ones. With neither, every row is looked at first: the rows
    then come from a copy on local disk, never from the source again.
    """
    if task.columns is not None:
        return declared_schema(task.columns, task), batches
    if task.locked_schema is not None:
        return locked_schema(read_locked(task.locked_schema), task), batches
    spools = {vary: Spool(folder / f"raw-{vary}") for vary in (False, True)}
    order: list[tuple[bool, CellRules]] = []
    found: dict[str, InferredColumn] = {}
    row = 1
    for batch in batches:
        for name, column in zip(batch.rows.schema.names, batch.rows.columns, strict=True):
            found.setdefault(name, InferredColumn()).observe(column, row, batch.rules)
        row += batch.rows.num_rows
        columns = [spread_texts(column) for column in batch.rows.columns]
        spread = pa.RecordBatch.from_arrays(columns, names=batch.rows.schema.names)
        spools[batch.keys_vary].add(spread)
        order.append((batch.keys_vary, batch.rules))
    return inferred_schema(found, task), _drained(spools, order)


def _drained(spools: dict[bool, Spool], order: list[tuple[bool, CellRules]]) -> Iterator[RawBatch]:
    sources = {vary: spool.drain() for vary, spool in spools.items()}
    for vary, rules in order:
        yield RawBatch(next(sources[vary]), vary, rules)
