"""Which data is read? Twelve columns of all kinds, written once as CSV and as parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_CHUNK = 500_000
_START = np.datetime64("2024-01-01T00:00:00")

COLUMNS: tuple[dict[str, Any], ...] = (
    *({"name": f"f{n}", "type": "Float", "min": "-100000", "max": "100000"} for n in range(6)),
    {"name": "n1", "type": "Integer", "min": "0"},
    {"name": "n2", "type": "Integer"},
    {"name": "site", "type": "Category", "allowed": ["left", "right", "middle", "upper"]},
    {"name": "region", "type": "Category"},
    {"name": "at", "type": "Timestamp", "role": "Time"},
    {"name": "y", "type": "Category"},
)
"""As a Dataset declares them; the peer checks the same."""


def write_tables(folder: Path, rows: int) -> tuple[Path, Path]:
    """The CSV and the parquet file of so many rows; those that are there already are kept."""
    csv, parquet = folder / f"{rows}.csv", folder / f"{rows}.parquet"
    if csv.exists() and parquet.exists():
        return csv, parquet
    first = next(_chunks(rows)).schema
    with pa_csv.CSVWriter(csv, first) as texts, pq.ParquetWriter(parquet, first) as columns:
        for chunk in _chunks(rows):
            texts.write_table(chunk)
            columns.write_table(chunk)
    return csv, parquet


def _chunks(rows: int) -> Iterator[pa.Table]:
    random = np.random.default_rng(7)
    for start in range(0, rows, _CHUNK):
        count = min(_CHUNK, rows - start)
        numbers = {f"f{n}": random.normal(size=count).round(4) * 10 ** (n % 3) for n in range(6)}
        noise = random.normal(size=count)
        seconds = random.integers(0, 3 * 10**7, count).astype("m8[s]")
        yield pa.table(
            {
                **numbers,
                "n1": random.integers(0, 1000, count),
                "n2": random.integers(-(10**6), 10**6, count),
                "site": np.array(["left", "right", "middle", "upper"])[
                    random.integers(0, 4, count)
                ],
                "region": np.array([f"r{n}" for n in range(50)])[random.integers(0, 50, count)],
                "at": pa.array((_START + seconds).astype("M8[us]")).cast(pa.timestamp("us", "UTC")),
                "y": np.array(["no", "yes"])[(numbers["f0"] + noise > 0).astype(int)],
            }
        )
