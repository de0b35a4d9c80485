"""How many rows are there more than once, found with bounded memory?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.rows.findings import EXAMPLES
from trainer.rows.row_digests import Bytes

_PARTITIONS = 256
_PENDING_ROWS = 1 << 17

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`count` rows have an equal row before them; `found`: (row, the equal row before it)."""

    count: int
    found: tuple[tuple[int, int], ...]


class DuplicateSearch:
    """Digests of rows go to 256 files by their first byte; each file is then searched by itself.

    Memory: 2 MiB while rows come, then 24 bytes per row of one file (a 256th of all rows).
    """

    def __init__(self, spool: Path) -> None:
        self._folder = spool / "duplicates"
        self._folder.mkdir()
        self._pending: list[Keys] = []
        self._rows = 0

    def add(self, digests: Bytes, first_row: int) -> None:
        """Takes the next rows into account; 128 bits of each digest are compared."""
        keys = np.empty((len(digests), 3), dtype=np.uint64)
        keys[:, :2] = np.ascontiguousarray(digests[:, :16]).view(">u8")
        keys[:, 2] = np.arange(first_row, first_row + len(digests))
        self._pending.append(keys)
        self._rows += len(digests)
        if self._rows >= _PENDING_ROWS:
            self._flush()

    def result(self) -> Duplicates:
        """What was found among all rows; the files are removed."""
        self._flush()
        count = 0
        found: list[tuple[int, int]] = []
        for path in sorted(self._folder.iterdir()):
            keys = np.fromfile(path, dtype=np.uint64).reshape(-1, 3)
            path.unlink()
            keys = keys[np.lexsort((keys[:, 2], keys[:, 1], keys[:, 0]))]
            again = 1 + np.flatnonzero((keys[1:, :2] == keys[:-1, :2]).all(axis=1))
            count += len(again)
            pairs = [(int(keys[place, 2]), int(keys[place - 1, 2])) for place in again]
            found = sorted(found + sorted(pairs)[:EXAMPLES])[:EXAMPLES]
        self._folder.rmdir()
        return Duplicates(count, tuple(found))

    def _flush(self) -> None:
        if not self._pending:
            return
        keys = np.concatenate(self._pending)
        self._pending, self._rows = [], 0
        partition = keys[:, 0] >> np.uint64(56)
        keys = keys[np.argsort(partition, kind="stable")]
        ends = np.cumsum(np.bincount(partition.astype(np.int64), minlength=_PARTITIONS))
        start = 0
        for number, end in enumerate(ends.tolist()):
            if end > start:
                with (self._folder / f"{number:03}").open("ab") as target:
                    keys[start:end].tofile(target)
            start = end
