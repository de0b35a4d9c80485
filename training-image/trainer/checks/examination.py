"""What does one pass over all typed rows find out, check and count?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from trainer.checks.dataset_checks import (
    age_failures,
    duplicate_failures,
    leak_failures,
    missing_failures,
    row_bound_failures,
)
from trainer.checks.duplicates import DuplicateSearch
from trainer.checks.leakage import leaks
from trainer.checks.limits import Limits
from trainer.checks.profiling import Profile
from trainer.checks.shape_checks import shape_failures
from trainer.checks.splitting import Splitter, membership_positions
from trainer.checks.time_threshold import TimeThreshold
from trainer.files.row_numbers import RowNumbers
from trainer.files.spool import Spool
from trainer.rows.findings import Failure
from trainer.rows.row_digests import ContentDigest, positions, row_digests
from trainer.rows.sampling import RowSample, Sample
from trainer.rows.typed_rows import Block, TypedRows
from trainer.tasks.ingest_task import IngestTask, Leakage, SplitBy

POSITION = ""
"""The spool's extra column; no column of data can have this name."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known about the source after its last byte."""

    numbers: RowNumbers
    modified: datetime | None


class Examination:
    """Sees every block once, in order, and hands it on to a spool with its split position."""

    def __init__(self, task: IngestTask, typed: TypedRows, folder: Path) -> None:
        schema = typed.schema
        self._task = task
        self._typed = typed
        self.spool = Spool(folder / "typed")
        self._content = ContentDigest(schema)
        self._profile = Profile(schema)
        self._sample = RowSample(len(schema.stored))
        self._limits = Limits(schema)
        repeats = task.checks.max_duplicate_rows_percent
        self._duplicates = DuplicateSearch(folder) if repeats is not None else None
        self._times = TimeThreshold(folder) if task.split.by is SplitBy.TIME else None
        self._sampled: Sample | None = None

    def add(self, block: Block) -> None:
        """Takes the next block into account."""
        rows = block.rows
        digests = row_digests(rows)
        self._content.add(digests)
        self._profile.add(rows)
        self._sample.add(rows, positions(digests), block.first_row)
        self._limits.add(rows, block.first_row)
        if self._duplicates is not None:
            self._duplicates.add(digests, block.first_row)
        if self._times is not None and self._task.split.column in rows.schema.names:
            self._times.add(rows.column(self._task.split.column))
        hashed = membership_positions(self._task.split, rows, digests)
        self.spool.add(rows.append_column(POSITION, pa.array(hashed, pa.uint64())))

    def failures(self, sources: Sources) -> Iterator[Failure]:
        """Everything that is wrong with columns, cells and the data as a whole."""
        task, typed, numbers = self._task, self._typed, sources.numbers
        yield from shape_failures(typed, numbers)
        yield from missing_failures(task, typed, numbers)
        yield from self._limits.failures(typed.rows, numbers)
        found = self._duplicates.result() if self._duplicates is not None else None
        yield from duplicate_failures(task.checks, found, typed.rows, numbers)
        yield from row_bound_failures(task.checks, typed.rows)
        yield from age_failures(task, typed, self._profile, sources.modified)

    def leaks(self, sources: Sources) -> tuple[Failure, ...]:
        """Columns that give the target away, unless nobody wants to know."""
        sampled = self.sampled()
        if self._task.checks.target_leakage is Leakage.IGNORE or sampled is None:
            return ()
        found = leaks(sampled, self._typed.schema)
        return tuple(leak_failures(found, sources.numbers))

    def splitter(self) -> Splitter:
        """Decides which rows are test rows."""
        percent = self._task.split.test_percent
        threshold = self._times.threshold(percent) if self._times is not None else None
        return Splitter(self._task.split, threshold)

    def sampled(self) -> Sample | None:
        """A uniform sample of the rows; None without rows."""
        if self._sampled is None:
            self._sampled = self._sample.result()
        return self._sampled

    def profile(self) -> bytes:
        """The bytes of profile.json."""
        sampled = self.sampled()
        return self._profile.content(sampled.rows if sampled else None)

    @property
    def content_digest(self) -> str:
        """The digest of all rows."""
        return self._content.digest
