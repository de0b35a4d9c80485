"""The data that is read."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.data.tables import COLUMNS, write_tables


def test_both_files_hold_the_declared_columns(tmp_path: Path) -> None:
    """Once written, they are kept."""
    csv, parquet = write_tables(tmp_path, 100)
    names = [column["name"] for column in COLUMNS]
    assert names == pa_csv.read_csv(csv).column_names == pq.read_table(parquet).column_names
    before = csv.stat().st_mtime_ns
    write_tables(tmp_path, 100)
    assert before == csv.stat().st_mtime_ns
