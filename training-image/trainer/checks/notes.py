"""What must a person know about data that passed its checks?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from trainer.files.partitions import partitions_of
from trainer.files.reading import Reading
from trainer.rows.findings import Check, shown
from trainer.rows.typed_rows import TypedRows
from trainer.tasks.ingest_task import Role

_SHOWN_COLUMNS = 10


def notes_of(typed: TypedRows, reading: Reading) -> Iterator[str]:
    """Sentences about columns that were left out, read otherwise than written, or added."""
    yield from typed.schema.notes
    for name, why in reading.left_out.items():
        yield f"column {name or '(without a name)'} is left out: {why}"
    for name, length in reading.lists.lengths.items():
        yield f"column {name} holds lists: it is read as {name}.0 to {name}.{length - 1}"
    yield from _partitions(reading)
    yield from _same_files(reading)
    yield from _empty_files(reading)
    yield from _values_and_objects(typed)
    if any(" csv." in note for note in typed.schema.notes) and not _has_csv(reading):
        yield "csv is for CSV files, and there is none: export the values as they are meant"
    if all(column.role is not Role.FEATURE for column in typed.schema.columns):
        yield "no column is a feature: there is nothing that a model could learn from"
    unexpected = list(typed.unexpected)
    if unexpected and not typed.schema.locked:
        yield f"{Check.COLUMN_UNEXPECTED}: left out as undeclared: {_listed(unexpected)}"
    words = {name: fit.words for name, fit in typed.fits.items() if fit.words}
    if words:
        cells = ", ".join(f"{name} ({count})" for name, count in words.items())
        yield f"words such as NaN or NULL are missing values, not texts, in {cells} cells"
    tidied = {name: fit.tidied for name, fit in typed.fits.items() if fit.tidied}
    if tidied:
        cells = ", ".join(f"{name} ({count})" for name, count in tidied.items())
        yield (
            "texts are stored without spaces around them, in Unicode's composed form, true and"
            f" false in small letters and whole numbers without .0, which changed {cells} cells"
        )


def target_notes(typed: TypedRows, classes: Callable[[str], Mapping[str, int]]) -> Iterator[str]:
    """What a target of texts or truths holds that no model learns: one class, or odd ones."""
    for column in typed.schema.stored:
        counts = classes(column.name) if column.role is Role.TARGET else {}
        if len(counts) == 1:
            yield f"target {column.name} holds nothing but {shown(next(iter(counts)))}"
            continue
        single = [value for value, count in counts.items() if count == 1]
        if single and len(single) == len(counts):
            yield (
                f"target {column.name} has another text in each row: models learn classes that"
                " come again"
            )
        elif single:
            yield f"of target {column.name}, there is one row only of {_listed(single)}"


def _partitions(reading: Reading) -> Iterator[str]:
    names = dict.fromkeys(name for file in reading.done for name in partitions_of(file.name))
    if names:
        yield f"the names of folders are read as columns: {_listed(list(names))}"
    for name, (file, text, folder) in reading.clashes.items():
        yield (
            f"column {name} stands in the files and in the names of their folders, which differ:"
            f" {shown(file)} holds {shown(text)}, not {shown(folder)}. What the files hold is taken"
        )


def _values_and_objects(typed: TypedRows) -> Iterator[str]:
    """Of JSON: members of which some rows have a value, and others an object."""
    filled = {name: fit.filled for name, fit in typed.fits.items() if typed.keys_vary}
    for name, count in filled.items():
        within = [other for other in filled if other.startswith(f"{name}.")]
        if count and within and count + max(filled[other] for other in within) <= typed.rows:
            yield (
                f"column {name} is a value in {count} rows and an object in others, which is read"
                f" as {_listed(within)}"
            )


def _has_csv(reading: Reading) -> bool:
    return any(file.csv for file in reading.done)


def _same_files(reading: Reading) -> Iterator[str]:
    """Files of the same bytes, beside each other: most often, one is a copy."""
    first: dict[tuple[str, str], str] = {}
    for file in reading.done:
        if not file.rows:
            continue
        known = first.setdefault((file.sha256, str(partitions_of(file.name))), file.name)
        if known != file.name:
            yield (
                f"{shown(file.name)} has the same bytes as {shown(known)}: all of its rows come"
                " twice. Is one a copy?"
            )
            return


def _empty_files(reading: Reading) -> Iterator[str]:
    empty = [file.name for file in reading.done if not file.rows and not file.unreadable]
    if empty and len(empty) < len(reading.done):
        yield f"{len(empty)} of the {len(reading.done)} files have no row: {_listed(empty)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(shown(name) for name in names[:_SHOWN_COLUMNS]) + more
