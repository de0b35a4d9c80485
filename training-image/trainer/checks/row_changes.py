"""Which rows came, went or changed between two versions, found with bounded memory?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trainer.checks.key_partitions import KeyPartitions
from trainer.rows.row_digests import Keys, positions, row_keys

Side = Literal["before", "now"]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """How many rows came, went, and hold other values; without columns that identify a row (role
    Id) a changed row is one that went and one that came, and `changed` is None.
    """

    added: int
    removed: int
    changed: int | None


class RowComparison:
    """Compares two sets of rows by their keys, or by those of the columns that identify them.

    Disk: 8 bytes per row and side, 16 with such columns. Memory: a 256th of that.
    """

    def __init__(self, folder: Path, identifying: Sequence[str]) -> None:
        self._identifying = list(identifying)
        width = 2 if identifying else 1
        self._sides = {
            side: KeyPartitions(folder / "changes" / side, width) for side in ("before", "now")
        }

    def add(self, side: Side, rows: pa.RecordBatch, keys: Keys) -> None:
        """Takes more rows of one side, and their keys, into account."""
        known = positions(keys)
        columns = [known]
        if self._identifying:
            columns = [positions(row_keys(rows.select(self._identifying))), known]
        self._sides[side].add(np.column_stack(columns))

    def result(self) -> RowChanges:
        """What differs between all rows of both sides."""
        added = removed = changed = 0
        pairs = zip(self._sides["before"].drain(), self._sides["now"].drain(), strict=True)
        for before, now in pairs:
            found = _changes(before, now)
            added, removed = added + found.added, removed + found.removed
            changed += found.changed or 0
        return RowChanges(added, removed, changed if self._identifying else None)


def _changes(before: Keys, now: Keys) -> RowChanges:
    """Rows of equal first number are the same row; what else they hold is compared as a sum."""
    both = np.concatenate([before, now])
    if not len(both):
        return RowChanges(0, 0, 0)
    is_now = np.arange(len(both)) >= len(before)
    order = np.argsort(both[:, 0], kind="stable")
    both, is_now = both[order], is_now[order]
    starts = np.flatnonzero(np.concatenate([[True], both[1:, 0] != both[:-1, 0]]))
    more = np.add.reduceat(np.where(is_now, 1, -1), starts)
    changed = 0
    if both.shape[1] > 1:
        changed = int(((_sums(both, is_now, starts) != 0) & (more == 0)).sum())
    return RowChanges(int(more[more > 0].sum()), int(-more[more < 0].sum()), changed)


def _sums(
    both: Keys, is_now: npt.NDArray[np.bool_], starts: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint64]:
    """Zero where the contents of one row are the same on both sides; the sums wrap around."""
    signed = np.where(is_now, both[:, 1], np.uint64(0) - both[:, 1])
    return np.add.reduceat(signed, starts)
