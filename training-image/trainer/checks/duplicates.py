"""How many rows are there more than once, found with bounded memory?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.rows.findings import EXAMPLES
from trainer.rows.row_digests import Keys

_PARTITIONS = 256
_PENDING_ROWS = 1 << 20


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`count` rows have an equal row before them; `found`: (row, the equal row before it)."""

    count: int
    found: tuple[tuple[int, int], ...]


class DuplicateSearch:
    """Up to a million rows in memory; of more, the keys go to 256 files by their first byte, and
    each file is then searched by itself.

    Memory: 24 MiB while rows come, then 24 bytes per row of one file (a 256th of all rows).
    """

    def __init__(self, spool: Path) -> None:
        self._folder = spool / "duplicates"
        self._folder.mkdir()
        self._pending: list[Keys] = []
        self._rows = 0

    def add(self, rows: Keys, first_row: int) -> None:
        """Takes the keys of the next rows into account."""
        keys = np.empty((len(rows), 3), dtype=np.uint64)
        keys[:, :2] = rows
        keys[:, 2] = np.arange(first_row, first_row + len(rows))
        self._pending.append(keys)
        self._rows += len(rows)
        if self._rows >= _PENDING_ROWS:
            self._flush()

    def result(self) -> Duplicates:
        """What was found among all rows; the files are removed."""
        count = 0
        found: list[tuple[int, int]] = []
        for keys in self._searched():
            again = 1 + np.flatnonzero((keys[1:, :2] == keys[:-1, :2]).all(axis=1))
            count += len(again)
            pairs = [(int(keys[place, 2]), int(keys[place - 1, 2])) for place in again]
            found = sorted(found + sorted(pairs)[:EXAMPLES])[:EXAMPLES]
        self._folder.rmdir()
        return Duplicates(count, tuple(found))

    def _searched(self) -> Iterator[Keys]:
        """Rows that may be equal to another, equal ones side by side in their order."""
        paths = sorted(self._folder.iterdir())
        if not paths and self._pending:
            yield _suspects(np.concatenate(self._pending))
            return
        self._flush()
        for path in sorted(self._folder.iterdir()):
            keys = np.fromfile(path, dtype=np.uint64).reshape(-1, 3)
            path.unlink()
            yield _suspects(keys)

    def _flush(self) -> None:
        parts = [_by_first_byte(keys) for keys in self._pending]
        self._pending, self._rows = [], 0
        for number in range(_PARTITIONS if parts else 0):
            keys = np.concatenate([rows[ends[number] : ends[number + 1]] for rows, ends in parts])
            with (self._folder / f"{number:03}").open("ab") as target:
                keys.tofile(target)


def _by_first_byte(keys: Keys) -> tuple[Keys, list[int]]:
    """The keys in 256 runs, and where each begins and ends."""
    # Of one byte each, which numpy sorts by counting.
    runs = (keys[:, 0] >> np.uint64(56)).astype(np.uint8)
    ends = np.cumsum(np.bincount(runs, minlength=_PARTITIONS))
    return keys[np.argsort(runs, kind="stable")], [0, *ends.tolist()]


def _suspects(keys: Keys) -> Keys:
    """The rows that may have an equal one, sorted: of most data, few.

    Looked for are numbers that come twice: 32 bits of the first lane, of which all have the first
    ones in common where they come from one file.
    """
    low = keys[:, 0].astype(np.uint32)
    ordered = np.sort(low)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    suspected = np.zeros(1 << 16, dtype=bool)
    suspected[repeated >> 16] = True
    found: Keys = keys[suspected[low >> 16]]
    if len(found):
        # As `np.isin`, which loads numpy's masked arrays.
        sought = found[:, 0].astype(np.uint32)
        places = np.minimum(np.searchsorted(repeated, sought), len(repeated) - 1)
        found = found[repeated[places] == sought]
    return found[np.lexsort((found[:, 2], found[:, 1], found[:, 0]))]
