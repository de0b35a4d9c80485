"""Every row gets into one part, at once or after the last one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.checks.dividing import Divided, Division
from trainer.rows.row_digests import block_keys
from trainer.rows.typed_values import ARROW_TYPES
from trainer.tasks.ingest_task import ColumnType, Split

_SCHEMA = pa.schema(
    [
        ("n", pa.int64()),
        ("y", ARROW_TYPES[ColumnType.CATEGORY]),
        ("at", ARROW_TYPES[ColumnType.TIMESTAMP]),
    ]
)
_SPLITS = {
    "RowHash": {},
    "Group": {"by": "Group", "column": "y"},
    "Time": {"by": "Time", "column": "at"},
}


def _rows(start: int, stop: int) -> pa.RecordBatch:
    numbers = pa.array(range(start, stop), pa.int64())
    texts = pa.array([f"g{n % 40}" for n in range(start, stop)]).dictionary_encode()
    times = pa.array([n * 1_000_000 for n in range(start, stop)], _SCHEMA.field("at").type)
    return pa.RecordBatch.from_arrays([numbers, texts, times], schema=_SCHEMA)


def _divided(folder: Path, split: Split, step: int, ticks: list[int]) -> Divided:
    folder.mkdir()
    division = Division(split, _SCHEMA, folder)
    for start in range(0, 1000, step):
        rows = _rows(start, min(1000, start + step))
        division.add(rows, block_keys(rows))
    division.end()
    return division.finish(ticks.append)


def _numbers(folder: Path, divided: Divided, part: str) -> list[int]:
    paths = [folder / file.path for file in divided.files if file.path.startswith(part)]
    return [n for path in paths for n in pq.read_table(path).column("n").to_pylist()]


@pytest.mark.parametrize("by", list(_SPLITS))
def test_each_row_is_in_one_part_however_rows_come(tmp_path: Path, by: str) -> None:
    """The bytes of both parts follow from the rows; only rows that waited are counted again."""
    split, ticks = Split.model_validate(_SPLITS[by]), list[int]()
    whole = _divided(tmp_path / "whole", split, 1000, ticks)
    cut = _divided(tmp_path / "cut", split, 70, [])
    assert whole.files == cut.files
    train, test = (_numbers(tmp_path / "whole", whole, part) for part in ("train", "test"))
    assert (len(train), len(test)) == (whole.train_rows, whole.test_rows)
    assert list(range(1000)) == sorted(train + test)
    assert test
    assert ([1000] if by == "Time" else []) == ticks


def test_time_divides_by_what_all_rows_show(tmp_path: Path) -> None:
    """The newest fifth is tested, and the manifest says from when on."""
    split = Split.model_validate(_SPLITS["Time"])
    divided = _divided(tmp_path / "t", split, 300, [])
    assert list(range(800, 1000)) == _numbers(tmp_path / "t", divided, "test")
    assert "1970-01-01T00:13:20.000000Z" == divided.splitter.document()["threshold"]


def test_without_the_column_of_times_nothing_is_divided(tmp_path: Path) -> None:
    """Its absence is reported by another check, which a crash here would hide."""
    division = Division(Split.model_validate(_SPLITS["Time"]), _SCHEMA, tmp_path)
    rows = _rows(0, 5).select(["n", "y"])
    division.add(rows, block_keys(rows))
    division.end()
    assert (0, 0) == (division.finish(print).train_rows, 0)
