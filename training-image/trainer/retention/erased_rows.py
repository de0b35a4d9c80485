"""Which captured rows belong to these requests, and how do they leave their objects?"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.faults import StoreNotFound
from modelbundle.store import Entry, Store
from trainer.captures.capture_table import REQUEST_ID
from trainer.captures.labelled_rows import KEY
from trainer.retention.units import Kind

_KEYS = ".keys.parquet"
_ROWS = "rows.parquet"


@dataclass(slots=True)
class ErasedRows:
    """What was found, and, unless it was only counted, is gone.

    `labelled`: folders whose labelled rows hold some; the next join of labels writes them anew.
    """

    rows: int = 0
    parts: int = 0
    labelled: set[str] = field(default_factory=set)
    youngest: datetime | None = None
    """When the last of the parts that were read was written: a collector writes it again, whole,
    until it is done with it."""


def erase_rows(
    store: Store, ids: Iterable[str], *, dry_run: bool, since: datetime | None = None
) -> ErasedRows:
    """No part that is in the store holds a row of these requests; `since`: look only at parts that
    were written after it.
    """
    wanted = pa.array(sorted(ids), pa.string())
    found = ErasedRows()
    for entry in _objects(store, Kind.CAPTURE, ".parquet"):
        if since is not None and entry.modified is not None and entry.modified < since:
            continue
        if entry.modified is not None:
            found.youngest = max(found.youngest or entry.modified, entry.modified)
        rows = _without(store, entry, REQUEST_ID, wanted, dry_run=dry_run)
        found.rows += rows
        found.parts += rows > 0
    for entry in _objects(store, Kind.LABELLED, _KEYS):
        if _without(store, entry, KEY, wanted, dry_run=dry_run):
            found.labelled.add(entry.key.rpartition("/")[0])
    for folder in found.labelled if not dry_run else ():
        store.delete(f"{folder}/{_ROWS}")
    return found


def _objects(store: Store, kind: Kind, ending: str) -> Iterator[Entry]:
    return (entry for entry in store.walk(kind) if entry.key.endswith(ending))


def _without(store: Store, entry: Entry, column: str, ids: pa.Array, *, dry_run: bool) -> int:
    """How many rows of the object are of these requests; they are gone unless it is a dry run."""
    try:
        content = store.read(entry.key)
    except StoreNotFound:
        return 0  # its day is over since it was listed
    keys = pq.read_table(io.BytesIO(content), columns=[column])[column]
    # A key of labels is the request's id, of several rows with the row's number behind it.
    requests = pc.replace_substring_regex(keys, r"/\d+$", "") if column == KEY else keys
    kept = pc.invert(pc.or_(pc.is_in(requests, value_set=ids), pc.is_in(keys, value_set=ids)))
    count = len(keys) - (pc.sum(kept).as_py() or 0)
    if count and not dry_run:
        _rewrite(store, entry.key, pq.read_table(io.BytesIO(content)).filter(kept))
    return int(count)


def _rewrite(store: Store, key: str, table: pa.Table) -> None:
    if not table.num_rows:
        store.delete(key)
        return
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    store.write(key, target.getvalue())
