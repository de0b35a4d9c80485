"""Does the test part show what models have learned, or only what they remember?

Told are: rows to test on whose features are those of a row to train on; by row hash or group, what
is named by an id and has rows in both parts; and rows to train on that are later than those that
are tested. By time, that something known comes again is what is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.shared_keys import Shared, SharedKeys
from trainer.checks.splitting import Sides, Splitter, moment
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Check, Failure, share
from trainer.rows.row_digests import BlockKeys
from trainer.rows.schema import Schema
from trainer.tasks.ingest_task import Role, Split, SplitBy


@dataclass(slots=True)
class _Span:
    """The latest time of the train part and the earliest of the test part, in microseconds."""

    trained: int | None = None
    tested: int | None = None


class SplitLeakage:
    """Sees all rows in their order, with the parts that they are in.

    `features` and `ids` are the columns of which it needs keys. Memory: see `SharedKeys`.
    """

    def __init__(self, schema: Schema, split: Split) -> None:
        others = [column for column in schema.stored if column.name != split.column]
        by_time = split.by is SplitBy.TIME
        self.features = frozenset(c.name for c in others if c.role is Role.FEATURE)
        self.ids = tuple(c.name for c in others if c.role is Role.ID and not by_time)
        self._split = split
        self._rows = 0
        kinds = len(self.ids) + 1
        self._alike = SharedKeys(kinds)
        self._named = {name: SharedKeys(kinds) for name in self.ids}
        self._spans = {c.name: _Span() for c in others if c.role is Role.TIME}

    def add(
        self, train: pa.RecordBatch, test: pa.RecordBatch, keys: BlockKeys, sides: Sides
    ) -> None:
        """The next rows, of which these are the keys and the parts."""
        first = self._rows + 1
        if keys.features is not None:
            self._alike.add(keys.features, sides, first)
        for name, values in keys.ids.items():
            self._named[name].add(values, sides, first)
        for name, span in self._spans.items():
            if name in train.schema.names:
                span.trained = _extreme("max", span.trained, train.column(name))
                span.tested = _extreme("min", span.tested, test.column(name))
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
                f"column {name} holds times up to {until} in rows to train on, but the test part"
                f" begins at {since}: what they tell was not known then. Split by {name}, or leave"
                " such rows out"
            )
        else:
            message = (
                f"column {name}: rows to train on are as late as {until}, rows to test on as early"
                f" as {since}. Where models are to foresee what comes, set split: {{by: Time,"
                f" column: {name}}}"
            )
        yield Failure(Check.SPLIT_LEAKAGE, name, 0, 0, (), message)


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
