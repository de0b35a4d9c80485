"""Rows of a stored version."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from ingests import Rig, csv_of, plain_rows

from trainer.datasets.dataset_manifest import dataset_folder
from trainer.datasets.stored_rows import stored_rows
from trainer.pod.exits import UserFault


def test_all_rows_of_both_parts_are_read_and_nothing_stays_on_disk(
    rig: Rig, tmp_path: Path
) -> None:
    """Without columns that are not stored."""
    columns = [
        {"name": "a", "type": "Float", "role": "Ignore"},
        {"name": "n", "type": "Integer"},
        {"name": "site", "type": "Category"},
        {"name": "y", "type": "Category"},
    ]
    rig.put("data.csv", csv_of(plain_rows(60)))
    digest = rig.ingest(columns=columns)["digest"]
    folder = tmp_path / "read"
    folder.mkdir()
    table = pa.Table.from_batches(
        list(stored_rows(rig.store, digest, rig.manifest(digest), folder))
    )
    both = [rig.table(digest, "train"), rig.table(digest, "test")]
    assert pa.concat_tables(both).select(["n", "site", "y"]) == table
    assert [] == list(folder.iterdir())


def test_a_damaged_part_is_named(rig: Rig, tmp_path: Path) -> None:
    """What is compared is what was published."""
    rig.put("data.csv", csv_of(plain_rows(60)))
    digest = rig.ingest()["digest"]
    place = tmp_path / "store" / dataset_folder(digest) / "train" / "part-00000.parquet"
    place.write_bytes(b"other bytes")
    with pytest.raises(UserFault, match=r"train/part-00000\.parquet: expected"):
        list(stored_rows(rig.store, digest, rig.manifest(digest), tmp_path))
