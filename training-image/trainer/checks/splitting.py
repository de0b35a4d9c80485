"""Is a row a train row, a test row, or neither?

By RowHash and Group the answer depends on the seed and on the row (or its group) alone: as data
grows, nobody is tested on rows that an earlier model was trained on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.rows.row_digests import Keys, Positions, mix, positions, row_keys
from trainer.tasks.ingest_task import Split, SplitBy

Sides = npt.NDArray[np.int8]


class Side(IntEnum):
    """Where a row goes; GAP: too close before the test part to be trained on."""

    TRAIN = 0
    TEST = 1
    GAP = 2


@dataclass(frozen=True, slots=True)
class Splitter:
    """Decides for blocks of rows; `threshold` (microseconds) is needed by Time alone."""

    split: Split
    threshold: int | None = None

    def sides(self, rows: pa.RecordBatch, hashed: Positions) -> Sides:
        """One Side per row; `hashed` are the positions of `membership_positions`."""
        if self.split.by is SplitBy.TIME:
            return self._by_time(rows.column(self.split.column))
        bound = int(self.split.test_percent * Decimal(2**64) / 100)
        return (mixed(hashed, self.split.seed) < np.uint64(bound)).astype(np.int8)

    def _by_time(self, times: pa.Array) -> Sides:
        micros = pc.fill_null(pc.cast(times, pa.int64()), -(2**63)).to_numpy()
        threshold = self.threshold if self.threshold is not None else 2**63 - 1
        gap = 1_000_000 * (self.split.gap_seconds or 0)
        sides = np.full(len(micros), Side.TRAIN, dtype=np.int8)
        sides[micros >= threshold - gap] = Side.GAP
        sides[micros >= threshold] = Side.TEST
        return sides

    def document(self) -> dict[str, Any]:
        """The split as the manifest holds it."""
        return {
            "by": str(self.split.by),
            "testPercent": f"{self.split.test_percent.normalize():f}",
            "seed": self.split.seed,
            "column": self.split.column,
            "gapSeconds": self.split.gap_seconds,
            "threshold": None if self.threshold is None else moment(self.threshold),
        }


def membership_positions(split: Split, rows: pa.RecordBatch, keys: Keys) -> Positions:
    """What decides about a row: its group's hash by Group, else its own."""
    if split.by is SplitBy.GROUP and split.column in rows.schema.names:
        return positions(row_keys(rows.select([split.column])))
    return positions(keys)


def mixed(hashed: Positions, seed: int) -> Positions:
    """The positions dealt anew by the seed: a bijection, so uniform positions stay uniform."""
    salt = hashlib.sha256(f"trainyard split {seed}".encode()).digest()
    return mix(hashed ^ np.uint64(int.from_bytes(salt[:8], "big")))


def moment(micros: int) -> str:
    """The time, so many microseconds after 1970, in ISO 8601."""
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return found.isoformat(timespec="microseconds").replace("+00:00", "Z")
