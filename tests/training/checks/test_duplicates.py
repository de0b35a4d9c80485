"""Finding repeated rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.checks import duplicates
from trainer.checks.duplicates import Duplicates, DuplicateSearch
from trainer.rows.row_digests import Keys


def _keys(rows: list[int]) -> Keys:
    content = b"".join(hashlib.sha256(str(row).encode()).digest()[:16] for row in rows)
    return np.frombuffer(content, dtype=np.uint64).reshape(-1, 2)


def _search(folder: Path, rows: list[int], step: int) -> Duplicates:
    search = DuplicateSearch(folder)
    for start in range(0, len(rows), step):
        search.add(_keys(rows[start : start + step]), start + 1)
    return search.result()


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.integers(0, 20), max_size=60), step=st.integers(1, 60))
def test_every_repeated_row_is_counted_and_the_first_are_named(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int], step: int
) -> None:
    """With the equal row just before; nothing is left on disk."""
    folder = tmp_path_factory.mktemp("search")
    pairs = []
    last: dict[int, int] = {}
    for number, row in enumerate(rows, 1):
        if row in last:
            pairs.append((number, last[row]))
        last[row] = number
    assert Duplicates(len(pairs), tuple(pairs[:3])) == _search(folder, rows, step)
    assert [] == list(folder.iterdir())


def test_spilling_to_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer when hardly anything is kept in memory."""
    rows = [number % 700 for number in range(1000)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = _search(tmp_path / "a", rows, 100)
    monkeypatch.setattr(duplicates, "_PENDING_ROWS", 50)
    assert whole == _search(tmp_path / "b", rows, 100)
    assert Duplicates(300, ((701, 1), (702, 2), (703, 3))) == whole
