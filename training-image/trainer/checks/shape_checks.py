"""Did the source have the columns that were declared or locked, with values of their types?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from trainer.checks.ambiguous_columns import ambiguity_failure
from trainer.files.raw_batch import FileRead
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import EXAMPLES, Check, Failure, share, shown
from trainer.rows.schema import SchemaColumn
from trainer.rows.typed_rows import Fit, TypedRows
from trainer.rows.typed_values import TEXT_TYPES
from trainer.tasks.ingest_task import ColumnType

_SHOWN_COLUMNS = 10
_ONE_COLUMN = (
    ". Each line was read as one cell: if its cells are separated by another mark, declare"
    " csv.delimiter"
)
_HEADER = ". The first row of a CSV file is its header; without one declare csv.header: false"


def shape_failures(
    typed: TypedRows,
    numbers: RowNumbers,
    files: Sequence[FileRead] = (),
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Failure]:
    """Columns that are gone or new, and cells that are not of their column's type.

    `left_out`: columns of the source that cannot be read, and why.
    """
    schema = typed.schema
    missing = [column.name for column in schema.columns if _is_missing(column, typed)]
    missing += [name for name in schema.required if name not in schema.names()]
    retyped = [column for column in schema.stored if _is_retyped(typed.fits[column.name])]
    if schema.locked:
        yield from _changed(typed, missing, retyped)
    else:
        for name in missing:
            yield _column_missing(name, typed, files, left_out.get(name))
    for ambiguity in schema.ambiguous:
        yield ambiguity_failure(ambiguity, numbers, csv=_has_csv(files))
    for column in schema.stored:
        fit = typed.fits[column.name]
        if fit.mismatches.count and not (schema.locked and column in retyped):
            yield _mismatch(column, fit, typed.rows, numbers)


def unreadable_failures(files: list[FileRead], numbers: RowNumbers) -> Iterator[Failure]:
    """One failure for all rows that could not be read."""
    bad = sum(len(file.unreadable) for file in files)
    if not bad:
        return
    rows = bad + sum(file.rows for file in files)
    examples = [
        f"{numbers.in_file(file.name, number)}: {shown(text)}"
        for file in files
        for number, text in zip(file.unreadable, file.unreadable_texts, strict=False)
    ]
    yield Failure(
        Check.ROW_UNREADABLE,
        None,
        bad,
        rows,
        tuple(examples[:EXAMPLES]),
        f"{share(bad, rows)} cannot be read: {_why_unreadable(files)}",
    )


def _why_unreadable(files: list[FileRead]) -> str:
    if all("cells, not" not in text for file in files for text in file.unreadable_texts):
        return "each line must be one JSON object"
    return (
        "correct or remove them; a separator inside a value needs quotation marks around it, and"
        " another separator is declared as csv.delimiter"
    )


def is_absent(column: str, typed: TypedRows) -> bool:
    """True when no row has this column: its cells are no missing values, it is not there."""
    fit = typed.fits.get(column)
    return fit is None or fit.present == 0


def _is_missing(column: SchemaColumn, typed: TypedRows) -> bool:
    fit = typed.fits[column.name]
    if not column.stored or column.part is not None or not typed.rows:
        return False
    return fit.absent > 0 and not (typed.keys_vary and fit.present > 0)


def _is_retyped(fit: Fit) -> bool:
    """True when most cells are of another type: then the column changed, not some of its rows."""
    return fit.mismatches.count * 2 > fit.filled


def _changed(
    typed: TypedRows, removed: list[str], retyped: list[SchemaColumn]
) -> Iterator[Failure]:
    added = list(typed.unexpected)
    if not (added or removed or retyped):
        return
    changes = [f"{c.name} ({c.type} → {typed.fits[c.name].now.type})" for c in retyped]
    parts = [
        f"{word} {_listed(names)}"
        for word, names in (("added", added), ("removed", removed), ("retyped", changes))
        if names
    ]
    names = [*added, *removed, *(column.name for column in retyped)]
    yield Failure(
        Check.SCHEMA_CHANGED,
        ", ".join(names[:_SHOWN_COLUMNS]),
        len(names),
        typed.rows,
        tuple(parts[:EXAMPLES]),
        f"the columns are not those that were locked: {'; '.join(parts)}. Restore them in the"
        " source, or declare the new columns in spec.columns",
    )


def _has_csv(files: Sequence[FileRead]) -> bool:
    return not files or any(file.csv for file in files)


def _column_missing(
    name: str, typed: TypedRows, files: Sequence[FileRead], why: str | None
) -> Failure:
    fit = typed.fits.get(name)
    absent = fit.absent if fit else typed.rows
    what = "target" if name == typed.schema.target else "column"
    lacking = [file.name for file in files if file.rows and name not in file.columns]
    gone = absent == typed.rows
    some = "" if gone else f" in {_listed(lacking)} ({absent} rows)"
    found = [*(n for n, f in typed.fits.items() if f.present), *typed.unexpected]
    message = (
        f"{what} {name} is not in the source{some}, which has {_listed(found)}: add it or change"
        " the spec"
    )
    if why is not None:
        message = f"{what} {name} cannot be read: {why}"
    elif gone and _has_csv(files):
        message += _ONE_COLUMN if len(found) == 1 else _HEADER
    return Failure(Check.COLUMN_MISSING, name, absent, typed.rows, (), message)


def _mismatch(column: SchemaColumn, fit: Fit, rows: int, numbers: RowNumbers) -> Failure:
    return Failure(
        Check.TYPE_MISMATCH,
        column.name,
        fit.mismatches.count,
        rows,
        fit.mismatches.examples(numbers),
        f"column {column.name} is {column.type}; {share(fit.mismatches.count, rows)} are not:"
        f" {_way_out(column)}",
    )


def _way_out(column: SchemaColumn) -> str:
    if column.type in TEXT_TYPES:
        return (
            "their bytes are not UTF-8 text; save the file as UTF-8, or declare csv.encoding (often"
            " windows-1252)"
        )
    if column.type is ColumnType.TIMESTAMP:
        return (
            "times are read as ISO 8601 (2026-01-31T12:00:00Z), as seconds or milliseconds since"
            " 1970, or in the forms of csv.dateFormats"
        )
    return "correct the rows or the column's type"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(shown(name) for name in names[:_SHOWN_COLUMNS]) + more
