"""Did the source have the columns that were declared or locked, with values of their types?"""

from __future__ import annotations

from collections.abc import Iterator

from trainer.files.raw_batch import FileRead
from trainer.files.row_numbers import RowNumbers
from trainer.rows.findings import EXAMPLES, Check, Failure, share, shown
from trainer.rows.schema import SchemaColumn
from trainer.rows.typed_rows import Fit, TypedRows

_SHOWN_COLUMNS = 10


def shape_failures(typed: TypedRows, numbers: RowNumbers) -> Iterator[Failure]:
    """Columns that are gone or new, and cells that are not of their column's type."""
    schema = typed.schema
    missing = [column.name for column in schema.columns if _is_missing(column, typed)]
    missing += [name for name in schema.required if name not in schema.names()]
    retyped = [column for column in schema.stored if _is_retyped(typed.fits[column.name])]
    if schema.locked:
        yield from _changed(typed, missing, retyped)
    else:
        for name in missing:
            yield _column_missing(name, typed)
    for column in schema.stored:
        fit = typed.fits[column.name]
        if fit.mismatches.count and not (schema.locked and column in retyped):
            yield _mismatch(column, fit, typed.rows, numbers)


def unexpected_columns(typed: TypedRows) -> str | None:
    """A warning that names columns nobody declared; they are left out. None without any."""
    if typed.schema.locked or not typed.unexpected:
        return None
    return f"{Check.COLUMN_UNEXPECTED}: left out as undeclared: {_listed(list(typed.unexpected))}"


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
        f"{share(bad, rows)} cannot be read: correct or remove them; a separator inside a value"
        " needs quotation marks around it",
    )


def is_absent(column: str, typed: TypedRows) -> bool:
    """True when no row has this column: its cells are no missing values, it is not there."""
    fit = typed.fits.get(column)
    return fit is None or fit.present == 0


def _is_missing(column: SchemaColumn, typed: TypedRows) -> bool:
    fit = typed.fits[column.name]
    if not column.stored or not typed.rows:
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


def _column_missing(name: str, typed: TypedRows) -> Failure:
    fit = typed.fits.get(name)
    absent = fit.absent if fit else typed.rows
    what = "target" if name == typed.schema.target else "column"
    some = "" if absent == typed.rows else f" in files with {absent} rows"
    there = _listed([*(n for n, f in typed.fits.items() if f.present), *typed.unexpected])
    return Failure(
        Check.COLUMN_MISSING,
        name,
        absent,
        typed.rows,
        (),
        f"{what} {name} is not in the source{some}, which has {there}: add it or change the spec",
    )


def _mismatch(column: SchemaColumn, fit: Fit, rows: int, numbers: RowNumbers) -> Failure:
    return Failure(
        Check.TYPE_MISMATCH,
        column.name,
        fit.mismatches.count,
        rows,
        fit.mismatches.examples(numbers),
        f"column {column.name} is {column.type}; {share(fit.mismatches.count, rows)} are not:"
        " correct the rows or the column's type",
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(shown(name) for name in names[:_SHOWN_COLUMNS]) + more
