"""Is the data as a whole good enough: filled, fresh, large enough, not repeated, not leaking?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from trainer.checks.duplicates import Duplicates
from trainer.checks.leakage import Leak
from trainer.checks.profiling import Profile
from trainer.checks.shape_checks import is_absent
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import Check, Failure, share
from trainer.rows.schema import SchemaColumn
from trainer.rows.typed_rows import TypedRows
from trainer.tasks.ingest_task import Checks, IngestTask, Role, Split, SplitBy


def empty_failure(left_out: Mapping[str, str]) -> Failure:
    """The failure of a source without rows; `left_out`: columns that cannot be read, and why."""
    message = "the source holds no row: check its path, and that its writer has finished"
    for name, why in left_out.items():
        message = f"the source holds no column that can be read, {name} for one: {why}"
        break
    return Failure(Check.SOURCE_EMPTY, None, 0, 0, (), message)


def split_empty_failure(split: Split, rows: int, train: int, test: int) -> Failure:
    """The failure of a split that leaves one part empty."""
    empty = "test" if not test else "train"
    message = (
        f"the {empty} part is empty: {rows} rows split by {split.by} at {split.test_percent} %"
        f" give {train} train and {test} test rows; bring more rows or groups, or change the split"
    )
    return Failure(Check.SPLIT_EMPTY, split.column, 0, rows, (), message)


def row_bound_failures(checks: Checks, rows: int) -> Iterator[Failure]:
    """Too few or too many rows."""
    if checks.min_rows is not None and rows < checks.min_rows:
        message = f"{rows} rows are fewer than minRows {checks.min_rows}: bring more data"
        yield Failure(Check.MIN_ROWS, None, rows, rows, (), message)
    if checks.max_rows is not None and rows > checks.max_rows:
        message = f"{rows} rows are more than maxRows {checks.max_rows}: was the export right?"
        yield Failure(Check.MAX_ROWS, None, rows, rows, (), message)


def missing_failures(task: IngestTask, typed: TypedRows, numbers: RowNumbers) -> Iterator[Failure]:
    """Columns with more missing cells than they may have."""
    for column in typed.schema.stored:
        tally = typed.fits[column.name].missing
        bound = _missing_bound(column, task)
        if bound is None or is_absent(column.name, typed) or not typed.rows:
            continue
        if Decimal(tally.count * 100) > bound * typed.rows:
            yield Failure(
                Check.MISSING,
                column.name,
                tally.count,
                typed.rows,
                tally.examples(numbers),
                f"{_called(column)} is missing in {share(tally.count, typed.rows)}, allowed are"
                f" {bound} %: fill or remove these rows",
            )


def emptied_failures(typed: TypedRows) -> Iterator[Failure]:
    """Locked features that have no value any more: they once had, or they would be left out."""
    for column in typed.schema.stored:
        fit = typed.fits[column.name]
        if typed.schema.locked and column.role is Role.FEATURE and fit.present and not fit.filled:
            message = (
                f"column {column.name} holds no value any more: all {typed.rows} rows are missing."
                " Restore it in the source, or declare the columns without it"
            )
            yield Failure(Check.MISSING, column.name, typed.rows, typed.rows, (), message)


def _called(column: SchemaColumn) -> str:
    return f"target {column.name}" if column.role is Role.TARGET else f"column {column.name}"


def _missing_bound(column: SchemaColumn, task: IngestTask) -> Decimal | None:
    splits_by_time = task.split.by is SplitBy.TIME and column.name == task.split.column
    if splits_by_time or column.role in {Role.TARGET, Role.WEIGHT}:
        return Decimal(0)
    return column.limits.max_missing_percent if column.limits else None


def duplicate_failures(
    checks: Checks, found: Duplicates | None, rows: int, numbers: RowNumbers
) -> Iterator[Failure]:
    """More repeated rows than allowed."""
    bound = checks.max_duplicate_rows_percent
    if bound is None or found is None or Decimal(found.count * 100) <= bound * rows:
        return
    examples = [
        f"{numbers.label(row)}: same as {numbers.label(first)}" for row, first in found.found
    ]
    yield Failure(
        Check.DUPLICATES,
        None,
        found.count,
        rows,
        tuple(examples),
        f"{share(found.count, rows)} repeat an earlier row, allowed are {bound} %: remove them, or"
        " declare a column with role Id where equal rows are different events",
    )


def leak_failures(found: Iterable[Leak], numbers: RowNumbers) -> Iterator[Failure]:
    """Columns that give a target away."""
    for leak in found:
        yield Failure(
            Check.TARGET_LEAKAGE,
            leak.column,
            leak.agreeing,
            leak.rows,
            tuple(f"{numbers.label(row)}: {value}" for row, value in leak.found),
            f"column {leak.column} {leak.how} for {leak.agreeing} of {leak.rows} sampled rows: a"
            f" model would learn nothing else. Give it role Ignore if it is written after"
            f" {leak.target} is known; if it is really known before, set targetLeakage: Warn",
        )


def age_failures(
    task: IngestTask, typed: TypedRows, profile: Profile, modified: datetime | None
) -> Iterator[Failure]:
    """Data older than allowed, by its newest time or by when its source was last changed."""
    bound = task.checks.max_age_seconds
    if bound is None or not typed.rows:
        return
    newest, told_by = _newest(typed, profile, modified)
    column = told_by if newest is not None and told_by != _SOURCE_TIME else None
    if newest is None:
        message = (
            "nothing tells how old the data is: no column has role Time and the source gives no"
            " time of change; declare a Time column or remove maxAgeSeconds"
        )
        yield Failure(Check.AGE, None, typed.rows, typed.rows, (), message)
    elif task.now - newest > timedelta(seconds=bound):
        seconds = int((task.now - newest).total_seconds())
        shown = newest.strftime("%Y-%m-%dT%H:%M:%SZ")
        message = (
            f"the newest data is of {shown} ({told_by}), {seconds} s old, allowed are {bound} s:"
            " is its export still running?"
        )
        examples = (f"newest: {shown}",)
        yield Failure(Check.AGE, column, typed.rows, typed.rows, examples, message)


def fresh_until(
    task: IngestTask, typed: TypedRows, profile: Profile, modified: datetime | None
) -> datetime | None:
    """When this data will be too old; None where nothing bounds its age or tells it."""
    bound = task.checks.max_age_seconds
    newest, _ = _newest(typed, profile, modified)
    return None if bound is None or newest is None else newest + timedelta(seconds=bound)


_SOURCE_TIME = "time of change of the source"


def _newest(
    typed: TypedRows, profile: Profile, modified: datetime | None
) -> tuple[datetime | None, str]:
    times = [
        (seconds, column.name)
        for column in typed.schema.stored
        if column.role is Role.TIME and (seconds := profile.newest(column.name)) is not None
    ]
    if times:
        seconds, name = max(times)
        return datetime.fromtimestamp(seconds, UTC), name
    return modified, _SOURCE_TIME
