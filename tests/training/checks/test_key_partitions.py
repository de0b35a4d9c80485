"""Keys of many rows, sorted into files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.checks import key_partitions
from trainer.checks.key_partitions import KeyPartitions


def test_every_row_comes_out_in_the_partition_of_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the rows were written down meanwhile; nothing is left on disk."""
    monkeypatch.setattr(key_partitions, "_PENDING_ROWS", 7)
    keys = np.random.default_rng(3).integers(0, 2**64, (50, 2), dtype=np.uint64)
    partitions = KeyPartitions(tmp_path / "keys", 2)
    for start in range(0, 50, 5):
        partitions.add(keys[start : start + 5])
    found = list(partitions.drain())
    assert key_partitions.PARTITIONS == len(found)
    for number, rows in enumerate(found):
        assert set((rows[:, 0] >> np.uint64(56)).tolist()) <= {number}
    assert sorted(map(tuple, keys.tolist())) == sorted(
        tuple(row) for rows in found for row in rows.tolist()
    )
    assert not (tmp_path / "keys").exists()
