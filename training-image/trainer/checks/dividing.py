"""How do rows get into the train and the test part?

As they come, where a row alone decides; where time divides them, all times must be known first, and
the rows wait on local disk meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from trainer.checks.splitting import Side, Splitter, membership_positions
from trainer.checks.time_threshold import TimeThreshold
from trainer.datasets.dataset_manifest import DatasetFile
from trainer.datasets.parts import PartWriter
from trainer.files.spool import Spool
from trainer.rows.row_digests import Keys, Positions
from trainer.tasks.ingest_task import Split, SplitBy

_NONE: Positions = np.empty(0, dtype=np.uint64)
"""Time asks for no hashes."""


@dataclass(frozen=True, slots=True)
class Divided:
    """Both parts as files, and what decided about their rows."""

    files: tuple[DatasetFile, ...]
    train_rows: int
    test_rows: int
    splitter: Splitter


class Division:
    """Takes every block once, in order."""

    def __init__(self, split: Split, schema: pa.Schema, folder: Path) -> None:
        self._split = split
        self._train = PartWriter(folder, "train", schema)
        self._test = PartWriter(folder, "test", schema)
        self._times = TimeThreshold(folder) if split.by is SplitBy.TIME else None
        self._spool = Spool(folder / "typed")

    def add(self, rows: pa.RecordBatch, keys: Keys) -> None:
        """The rows, of which these are the keys, come next."""
        if self._times is None:
            hashed = membership_positions(self._split, rows, keys)
            self._divide(rows, hashed, Splitter(self._split))
        elif self._split.column in rows.schema.names:
            self._times.add(rows.column(self._split.column))
            self._spool.add(rows)

    def finish(self, progress: Callable[[int], None]) -> Divided:
        """Both parts, whole; rows that waited are counted on the way."""
        splitter = Splitter(self._split)
        if self._times is not None:
            splitter = Splitter(self._split, self._times.threshold(self._split.test_percent))
            for rows in self._spool.drain():
                self._divide(rows, _NONE, splitter)
                progress(self._train.rows + self._test.rows)
        files = (*self._test.finish(), *self._train.finish())
        return Divided(files, self._train.rows, self._test.rows, splitter)

    def _divide(self, rows: pa.RecordBatch, hashed: Positions, splitter: Splitter) -> None:
        sides = splitter.sides(rows, hashed)
        self._train.add(rows.filter(pa.array(sides == Side.TRAIN)))
        self._test.add(rows.filter(pa.array(sides == Side.TEST)))
