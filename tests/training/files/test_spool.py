"""Rows that wait on disk."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from trainer.files.spool import Spool


def test_batches_come_back_in_order_whatever_their_columns(tmp_path: Path) -> None:
    """And leave nothing behind."""
    tables = [pa.table({"a": [1, 2]}), pa.table({"a": [3]}), pa.table({"b": ["x"]})]
    batches = [table.to_batches()[0] for table in (*tables, tables[0])]
    spool = Spool(tmp_path / "spool")
    for batch in batches:
        spool.add(batch)
    assert 3 == len(list((tmp_path / "spool").iterdir()))
    assert batches == list(spool.drain())
    assert [] == list((tmp_path / "spool").iterdir())


def test_nothing_added_is_nothing_drained(tmp_path: Path) -> None:
    """An empty spool is no error."""
    assert [] == list(Spool(tmp_path / "spool").drain())
