"""Does the test part show what models have learned, or only what they remember?

Told are: rows to test on whose features are those of a row to train on; by row hash or group, what
is named by an id and has rows in both parts; and rows to train on that are later than those that
are tested. By time, that something known comes again is what is tested. By row hash or group, rows
to train on are hardly ever the earlier ones: that is told when it is new, not with every refresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.shared_keys import Shared, SharedKeys
from trainer.checks.splitting import Sides, Splitter, moment
from trainer.datasets.dataset_manifest import DatasetManifest
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Check, Failure, share
from trainer.rows.row_digests import BlockKeys
from trainer.rows.schema import Schema
from trainer.tasks.ingest_task import IngestTask, Leakage, Role, Split, SplitBy


@dataclass(slots=True)
class _Span:
    """The latest time of the train part and the earliest of the test part, in microseconds; of how
    many rows to train on the time is known, and how many lie behind the threshold of the split.
    """

    trained: int | None = None
    tested: int | None = None
    rows: int = 0
    later: int = 0


class SplitLeakage:
    """Sees all rows in their order, with the parts that they are in.

    `features` and `ids` are the columns of which it needs keys; `told` are times that this split is
    known not to follow. Memory: see `SharedKeys`.
    """

    def __init__(self, schema: Schema, split: Split, told: frozenset[str] = frozenset()) -> None:
        others = [column for column in schema.stored if column.name != split.column]
        by_time = split.by is SplitBy.TIME
        self.features = frozenset(c.name for c in others if c.role is Role.FEATURE)
        self.ids = tuple(c.name for c in others if c.role is Role.ID and not by_time)
        self._split = split
        self._rows = 0
        kinds = len(self.ids) + 1
        self._alike = SharedKeys(kinds)
        self._named = {name: SharedKeys(kinds) for name in self.ids}
        times = (c.name for c in others if c.role is Role.TIME)
        self._spans = {name: _Span() for name in times if by_time or name not in told}

    def add(
        self,
        train: pa.RecordBatch,
        test: pa.RecordBatch,
        keys: BlockKeys,
        sides: Sides,
        threshold: int | None = None,
    ) -> None:
        """The next rows, of which these are the keys and the parts; by time, with its threshold."""
        first = self._rows + 1
        if keys.features is not None:
            self._alike.add(keys.features, sides, first)
        for name, values in keys.ids.items():
            self._named[name].add(values, sides, first)
        for name, span in self._spans.items():
            if name in train.schema.names:
                span.trained = _extreme("max", span.trained, train.column(name))
                span.tested = _extreme("min", span.tested, test.column(name))
                span.rows += len(train) - train.column(name).null_count
                if threshold is not None:
                    span.later += _later(train.column(name), threshold)
        self._rows += len(sides)

    def failures(self, numbers: RowNumbers, splitter: Splitter) -> Iterator[Failure]:
        """What both parts share, and what is learned from the future."""
        if found := self._alike.result():
            yield _failure(
                None,
                found,
                numbers,
                "have the same features as a row to train on: a model that only remembers rows"
                " seems good. Remove repeats, or split by: Group",
            )
        for name, keys in self._named.items():
            if found := keys.result():
                yield _failure(
                    name,
                    found,
                    numbers,
                    f"share their {name} with rows to train on: models are tested on what they"
                    f" know. Set split: {{by: Group, column: {name}}}",
                )
        for name, span in self._spans.items():
            yield from self._future(name, span, splitter)

    def _future(self, name: str, span: _Span, splitter: Splitter) -> Iterator[Failure]:
        by_time = self._split.by is SplitBy.TIME
        begin = splitter.threshold if by_time else span.tested
        if span.trained is None or begin is None or span.trained <= begin:
            return
        until, since = moment(span.trained), moment(begin)
        if by_time:
            message = (
                f"column {name}: {share(span.later, span.rows)} to train on lie behind {since},"
                f" where the test part begins, up to {until}: what they tell was not known then."
                f" Split by {name}, or leave such rows out"
            )
        else:
            message = (
                f"column {name}: rows to train on are as late as {until}, rows to test on as early"
                f" as {since}. Where models are to foresee what comes, set split: {{by: Time,"
                f" column: {name}}}"
            )
        yield Failure(Check.SPLIT_LEAKAGE, name, span.later, span.rows, (), message)


def split_leakage(
    task: IngestTask, schema: Schema, before: DatasetManifest | None
) -> SplitLeakage | None:
    """What looks for it with this task; None where nobody wants to know.

    What the version before has told is not told again: that the same split does not follow a time.
    """
    asked, split = task.checks.split_leakage, task.split
    if asked is Leakage.IGNORE:
        return None
    if asked is Leakage.REFUSE or before is None or before.split != Splitter(split).document():
        return SplitLeakage(schema, split)
    told = frozenset(column.name for column in before.columns if column.role is Role.TIME)
    return SplitLeakage(schema, split, told)


def _later(times: pa.Array, threshold: int) -> int:
    bound = pa.scalar(threshold, times.type)
    return int(pc.sum(pc.greater(times, bound)).as_py() or 0)


def _failure(column: str | None, found: Shared, numbers: RowNumbers, what: str) -> Failure:
    sampled = "" if found.whole else " (of a sample)"
    message = f"of the test part, {share(found.count, found.rows)}{sampled} {what}"
    examples = tuple(
        f"{numbers.label(tested)}: as {numbers.label(trained)}" for tested, trained in found.found
    )
    return Failure(Check.SPLIT_LEAKAGE, column, found.count, found.rows, examples, message)


def _extreme(which: str, before: int | None, times: pa.Array) -> int | None:
    found = pc.min_max(times)[which]
    if not found.is_valid:
        return before
    micros: int = pc.cast(found, pa.int64()).as_py()
    if before is None:
        return micros
    return max(before, micros) if which == "max" else min(before, micros)
