"""What does one pass over all typed rows find out, check and count?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from trainer.checks.dataset_checks import (
    age_failures,
    duplicate_failures,
    emptied_failures,
    fresh_until,
    leak_failures,
    missing_failures,
    row_bound_failures,
)
from trainer.checks.difference import Before, Comparison, Difference
from trainer.checks.duplicates import Duplicates, DuplicateSearch
from trainer.checks.leakage import leaks
from trainer.checks.limits import Limits
from trainer.checks.profiling import Profile
from trainer.checks.shape_checks import shape_failures
from trainer.files.raw_batch import FileRead, LeftOut
from trainer.files.row_numbers import RowNumbers
from trainer.pod.pipelining import IN_TURN, Pipeline
from trainer.rows.findings import Failure
from trainer.rows.row_digests import ContentDigest, Keys, positions
from trainer.rows.sampling import RowSample, Sample
from trainer.rows.typed_rows import Block, TypedRows
from trainer.tasks.ingest_task import IngestTask, Leakage


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known about the source after its last byte."""

    numbers: RowNumbers
    modified: datetime | None
    files: list[FileRead] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=dict)


class Examination:
    """Sees every block once, in order, with the keys of its rows, and then its end."""

    def __init__(
        self,
        task: IngestTask,
        typed: TypedRows,
        folder: Path,
        before: Before | None = None,
        pipeline: Pipeline = IN_TURN,
    ) -> None:
        schema = typed.schema
        self._task = task
        self._typed = typed
        self._content = ContentDigest(schema)
        self._profile = Profile(schema)
        self._sample = RowSample(len(schema.stored))
        self._limits = Limits(schema)
        repeats = task.checks.max_duplicate_rows_percent
        self._duplicates = DuplicateSearch(folder) if repeats is not None else None
        self._searching = pipeline.worker()
        self._repeats: Future[Duplicates] | None = None
        self._sampled: Sample | None = None
        self._comparison = Comparison(before, schema, folder) if before is not None else None

    def add(self, block: Block, keys: Keys) -> None:
        """Takes the next block into account."""
        rows = block.rows
        self._content.add(keys)
        extremes = self._profile.add(rows)
        self._sample.add(rows, positions(keys), block.first_row)
        self._limits.add(rows, block.first_row, extremes)
        if self._comparison is not None:
            self._comparison.add(rows, keys)
        if self._duplicates is not None:
            self._duplicates.add(keys, block.first_row)

    def end(self) -> None:
        """There are no more blocks: repeated rows are being looked for."""
        if self._duplicates is not None:
            self._repeats = self._searching.submit(self._duplicates.result)

    def failures(self, sources: Sources) -> Iterator[Failure]:
        """After the end: everything that is wrong with columns, cells and the data as a whole."""
        task, typed, numbers = self._task, self._typed, sources.numbers
        yield from shape_failures(typed, numbers, sources.files, sources.left_out)
        yield from emptied_failures(typed)
        yield from missing_failures(task, typed, numbers)
        yield from self._limits.failures(typed.rows, numbers)
        found = self._repeats.result() if self._repeats is not None else None
        yield from duplicate_failures(task.checks, found, typed.rows, numbers)
        yield from row_bound_failures(task.checks, typed.rows)
        yield from age_failures(task, typed, self._profile, sources.modified)

    def fresh_until(self, sources: Sources) -> datetime | None:
        """When this data will be too old; None: never."""
        return fresh_until(self._task, self._typed, self._profile, sources.modified)

    def leaks(self, sources: Sources) -> tuple[Failure, ...]:
        """Columns that give the target away, unless nobody wants to know."""
        sampled = self.sampled()
        if self._task.checks.target_leakage is Leakage.IGNORE or sampled is None:
            return ()
        found = leaks(sampled, self._typed.schema)
        return tuple(leak_failures(found, sources.numbers))

    def difference(self) -> Difference | None:
        """What differs from the version before; None where there is none."""
        if self._comparison is None:
            return None
        effect = float(self._task.checks.against_previous.min_effect)
        return self._comparison.result(
            self.content_digest, self._typed.rows, self.sampled(), effect
        )

    def sampled(self) -> Sample | None:
        """A uniform sample of the rows; None without rows."""
        if self._sampled is None:
            self._sampled = self._sample.result()
        return self._sampled

    def newest(self, name: str) -> float | None:
        """The highest time of the column, in seconds since 1970; None without any."""
        return self._profile.newest(name)

    def oldest(self, name: str) -> float | None:
        """The lowest time of the column, in seconds since 1970; None without any."""
        return self._profile.oldest(name)

    def classes(self, name: str) -> Mapping[str, int]:
        """How often each text or truth of the column comes; empty for others, and for too many."""
        return self._profile.classes(name)

    def profile(self, left_out: Mapping[str, str], notes: Sequence[str]) -> bytes:
        """The bytes of profile.json (see `Profile.content`)."""
        sampled = self.sampled()
        return self._profile.content(sampled.rows if sampled else None, left_out, notes)

    @property
    def content_digest(self) -> str:
        """The digest of all rows."""
        return self._content.digest
