"""How are the keys of many rows sorted into files that each fit into memory?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from trainer.rows.row_digests import Keys

PARTITIONS = 256
_PENDING_ROWS = 1 << 17


class KeyPartitions:
    """Rows of `width` numbers go to 256 files by the first byte of their first number.

    Memory: those rows that wait to be written, at most 131,072 and one block.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True)
        self._width = width
        self._pending: list[Keys] = []
        self._rows = 0

    def add(self, keys: Keys) -> None:
        """Takes more rows, an array of shape (rows, width)."""
        self._pending.append(keys)
        self._rows += len(keys)
        if self._rows >= _PENDING_ROWS:
            self._flush()

    def drain(self) -> Iterator[Keys]:
        """The rows of every partition, in order; each file is removed as it is read."""
        self._flush()
        for number in range(PARTITIONS):
            path = self._folder / f"{number:03}"
            if not path.exists():
                yield np.empty((0, self._width), dtype=np.uint64)
                continue
            keys = np.fromfile(path, dtype=np.uint64).reshape(-1, self._width)
            path.unlink()
            yield keys
        self._folder.rmdir()

    def _flush(self) -> None:
        if not self._pending:
            return
        keys = np.concatenate(self._pending)
        self._pending, self._rows = [], 0
        partition = keys[:, 0] >> np.uint64(56)
        keys = keys[np.argsort(partition, kind="stable")]
        ends = np.cumsum(np.bincount(partition.astype(np.int64), minlength=PARTITIONS))
        start = 0
        for number, end in enumerate(ends.tolist()):
            if end > start:
                with (self._folder / f"{number:03}").open("ab") as target:
                    keys[start:end].tofile(target)
            start = end
