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

from trainer.checks.split_leakage import SplitLeakage
from trainer.checks.splitting import Side, Splitter, membership_positions
from trainer.checks.time_threshold import TimeThreshold
from trainer.datasets.dataset_manifest import DatasetFile
from trainer.datasets.parts import PartWriter
from trainer.files.spool import Spool
from trainer.pod.numpy_arrays import as_arrow
from trainer.pod.pipelining import IN_TURN, Pipeline
from trainer.rows.row_digests import BlockKeys, Keys, Positions
from trainer.tasks.ingest_task import Split, SplitBy

_NONE: Positions = np.empty(0, dtype=np.uint64)
"""Time asks for no hashes."""
_NO_KEYS: Keys = np.empty((0, 2), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Divided:
    """Both parts as files, what decided about their rows, and what they share."""

    files: tuple[DatasetFile, ...]
    train_rows: int
    test_rows: int
    splitter: Splitter
    leakage: SplitLeakage | None = None


class Division:
    """Takes every block once, in order; `leakage` learns where each row went."""

    def __init__(
        self,
        split: Split,
        schema: pa.Schema,
        folder: Path,
        leakage: SplitLeakage | None = None,
        pipeline: Pipeline = IN_TURN,
    ) -> None:
        self._split = split
        self._leakage = leakage
        self._train = PartWriter(folder, "train", schema, pipeline.worker())
        self._test = PartWriter(folder, "test", schema, pipeline.worker())
        self._times = TimeThreshold(folder) if split.by is SplitBy.TIME else None
        self._spool = Spool(folder / "typed")

    def add(self, rows: pa.RecordBatch, keys: BlockKeys) -> None:
        """The rows, of which these are the keys, come next."""
        if self._times is None:
            hashed = membership_positions(self._split, rows, keys.rows)
            self._divide(rows, hashed, keys, Splitter(self._split))
        elif self._split.column in rows.schema.names:
            self._times.add(rows.column(self._split.column))
            self._spool.add(_with_features(rows, keys.features))

    def end(self) -> None:
        """There are no more rows. Those that wait for others do so until it is finished."""
        if self._times is None:
            self._end_parts()

    def finish(self, progress: Callable[[int], None]) -> Divided:
        """After the end: both parts, whole; rows that waited are counted on the way."""
        splitter = Splitter(self._split)
        if self._times is not None:
            splitter = Splitter(self._split, self._times.threshold(self._split.test_percent))
            for waited in self._spool.drain():
                rows, keys = _without_features(waited)
                self._divide(rows, _NONE, keys, splitter)
                progress(self._train.rows + self._test.rows)
            self._end_parts()
        files = (*self._test.finish(), *self._train.finish())
        return Divided(files, self._train.rows, self._test.rows, splitter, self._leakage)

    def _end_parts(self) -> None:
        self._test.end()
        self._train.end()

    def _divide(
        self, rows: pa.RecordBatch, hashed: Positions, keys: BlockKeys, splitter: Splitter
    ) -> None:
        sides = splitter.sides(rows, hashed)
        train = rows.filter(as_arrow(sides == Side.TRAIN))
        test = rows.filter(as_arrow(sides == Side.TEST))
        self._train.add(train)
        self._test.add(test)
        if self._leakage is not None:
            self._leakage.add(train, test, keys, sides, splitter.threshold)


def _with_features(rows: pa.RecordBatch, keys: Positions | None) -> pa.RecordBatch:
    """The rows with one column more, the last: its name may be that of another."""
    lane = pa.nulls(rows.num_rows, pa.uint64()) if keys is None else as_arrow(keys)
    return pa.RecordBatch.from_arrays([*rows.columns, lane], names=[*rows.schema.names, ""])


def _without_features(waited: pa.RecordBatch) -> tuple[pa.RecordBatch, BlockKeys]:
    *columns, lane = waited.columns
    rows = pa.RecordBatch.from_arrays(columns, names=waited.schema.names[:-1])
    return rows, BlockKeys(_NO_KEYS, None if lane.null_count else lane.to_numpy())
