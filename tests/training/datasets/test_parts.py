"""Equal rows give equal parquet bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbundle.canonical import file_sha256
from trainer.datasets import parts
from trainer.datasets.dataset_manifest import DatasetFile
from trainer.datasets.parts import PartWriter

_SCHEMA = pa.schema([("n", pa.int64()), ("text", pa.string())])


def _batch(start: int, stop: int) -> pa.RecordBatch:
    numbers = pa.array(range(start, stop), pa.int64())
    texts = [None if n % 7 == 0 else "x" * (n % 50) for n in range(start, stop)]
    return pa.RecordBatch.from_arrays([numbers, pa.array(texts, pa.string())], schema=_SCHEMA)


def _write(folder: Path, rows: int, step: int) -> tuple[DatasetFile, ...]:
    writer = PartWriter(folder, "train", _SCHEMA)
    for start in range(0, rows, step):
        writer.add(_batch(start, min(rows, start + step)))
    writer.end()
    files = writer.finish()
    assert rows == writer.rows == sum(file.rows for file in files)
    return files


@settings(max_examples=10, deadline=None)
@given(step=st.integers(1, 5000))
def test_batches_do_not_show_in_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, step: int
) -> None:
    """Row groups and files end where the rows say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_GROUP_BYTES", 40_000)
        patch.setattr(parts, "_GROUPS_PER_FILE", 2)
        cut = _write(tmp_path_factory.mktemp("cut"), 5000, step)
        whole = _write(tmp_path_factory.mktemp("whole"), 5000, 5000)
    assert whole == cut
    assert 2 <= len(whole)


def test_files_are_what_they_say_and_hold_every_row(tmp_path: Path) -> None:
    """Size, digest, rows, order, times in UTC."""
    (file,) = _write(tmp_path, 3000, 700)
    table = pq.read_table(tmp_path / file.path)
    assert "train/part-00000.parquet" == file.path
    assert (file.size, file.sha256) == file_sha256(tmp_path / file.path)
    assert table.equals(pa.Table.from_batches([_batch(0, 3000)]))


def test_no_rows_make_no_file(tmp_path: Path) -> None:
    """An empty part is told by its rows, not by an empty file."""
    assert () == _write(tmp_path, 0, 1)
    assert [] == list(tmp_path.iterdir())
