"""Which columns does data have that nobody declared, and why is each what it is?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from trainer.rows.cell_forms import Form
from trainer.rows.inference import MAX_CATEGORIES, InferredColumn
from trainer.rows.number_notes import number_notes
from trainer.rows.schema import Ambiguity, Schema, SchemaColumn, required_names
from trainer.rows.text_notes import alike, text_notes
from trainer.tasks.ingest_task import ColumnType, IngestTask, Role, Split, SplitBy

_ROW_NUMBER = re.compile(r"Unnamed: [0-9]+|__index_level_[0-9]+__|level_[0-9]+")
_ROLES = dict.fromkeys(Role, "") | {
    Role.TARGET: "; the target of the spec",
    Role.TIME: "; the time of a row",
    Role.ID: "; tells rows apart, or whose they are, and is no feature",
}
_TEXTS = frozenset({ColumnType.CATEGORY, ColumnType.STRING})


def inferred_schema(found: Mapping[str, InferredColumn], task: IngestTask) -> Schema:
    """The schema that the data itself shows.

    `notes` tell what was left out or may surprise, `ambiguous` names columns that only a person
    can decide about.
    """
    columns: list[SchemaColumn] = []
    notes: list[str] = []
    for name, inferred in found.items():
        kind = _type_of(name, inferred, task)
        role = _role_of(name, inferred, task, columns)
        why = _left_out(name, inferred) if role is Role.IGNORE else _why(inferred) + _ROLES[role]
        columns.append(SchemaColumn(name, kind, role, why=why))
        notes += _notes(columns[-1], inferred)
    notes += [*_names_in_capitals(found), *_choice_of_time(columns, task)]
    ambiguous = tuple(
        Ambiguity(name, likely, inferred.forms, inferred.odd_cells(likely))
        for name, inferred in found.items()
        if (likely := inferred.nearly)
    )
    return Schema(
        tuple(columns),
        task.target,
        required_names(task),
        notes=tuple(notes),
        ambiguous=ambiguous,
    )


def _notes(column: SchemaColumn, inferred: InferredColumn) -> Iterator[str]:
    name, role = column.name, column.role
    if role is Role.IGNORE:
        yield f"column {name} is left out: {_left_out(name, inferred)}; declare it to use it"
        return
    if column.type is ColumnType.STRING and role is Role.ID:
        texts = f"it holds over {MAX_CATEGORIES} different texts"
        yield f"column {name} is no feature: {texts}; declare it to use it"
    if role is Role.TARGET and inferred.type is ColumnType.TIMESTAMP:
        yield f"target {name} holds times, which are predicted as texts: each one is a class"
    if column.type in _TEXTS:
        yield from text_notes(name, inferred, feature=role is Role.FEATURE)
    elif role is Role.FEATURE:
        yield from number_notes(name, inferred)


def _why(inferred: InferredColumn) -> str:
    """`239 whole numbers, 1 texts`: what the cells look like, the most frequent form first."""
    if not inferred.seen:
        return "no cell has a value"
    forms = dict(inferred.forms)
    if forms.get(Form.FLOAT):
        # Among numbers nobody counts those that happen to be whole.
        forms[Form.FLOAT] += forms.pop(Form.INTEGER, 0)
    ranked = sorted(forms.items(), key=lambda pair: -pair[1])
    found = ", ".join(f"{count} {form.value}" for form, count in ranked if count)
    texts = f", {len(inferred.texts)} different" if inferred.type is ColumnType.CATEGORY else ""
    return found + texts


def _left_out(name: str, inferred: InferredColumn) -> str:
    if not inferred.seen:
        return "it holds no value"
    if _ROW_NUMBER.fullmatch(name):
        return "such names are row numbers that pandas has added"
    if inferred.type is ColumnType.TIMESTAMP:
        return "another column already is the time of a row"
    return f"it holds over {MAX_CATEGORIES} different texts"


def _names_in_capitals(names: Iterable[str]) -> Iterator[str]:
    for first, *others in alike(names):
        yield (
            f"columns {', '.join((first, *others))} differ in capitals alone: write the name in one"
            " way if they are one column"
        )


def _choice_of_time(columns: list[SchemaColumn], task: IngestTask) -> list[str]:
    """What is told where several columns could be the time of a row and the first one is taken."""
    times = [c.name for c in columns if c.type is ColumnType.TIMESTAMP and c.name != task.target]
    if task.split.by is SplitBy.TIME or len(times) < 2:
        return []
    others = ", ".join(times[1:])
    note = (
        f"column {times[0]} is taken as the time of a row: it comes first of the times, before"
        f" {others}; declare the columns to choose another"
    )
    return [note]


def _type_of(name: str, inferred: InferredColumn, task: IngestTask) -> ColumnType:
    if name == task.target and inferred.type is ColumnType.TIMESTAMP:
        return ColumnType.CATEGORY
    if _splits_by_time(name, task.split):
        return ColumnType.TIMESTAMP
    return inferred.type


def _splits_by_time(name: str, split: Split) -> bool:
    return split.by is SplitBy.TIME and name == split.column


def _role_of(
    name: str, inferred: InferredColumn, task: IngestTask, before: list[SchemaColumn]
) -> Role:
    kind = _type_of(name, inferred, task)
    if name == task.target:
        return Role.TARGET
    if name == task.split.column:
        # A group is who or where a row comes from: a model that knows it would not generalise.
        return Role.TIME if task.split.by is SplitBy.TIME else Role.ID
    if kind is ColumnType.INTEGER and _ROW_NUMBER.fullmatch(name):
        return Role.IGNORE
    if kind is ColumnType.STRING:
        # Free text still tells one row from another: without it, different rows would look equal.
        return Role.ID if inferred.seen else Role.IGNORE
    if kind is ColumnType.TIMESTAMP:
        taken = task.split.by is SplitBy.TIME or any(c.role is Role.TIME for c in before)
        return Role.IGNORE if taken else Role.TIME
    return Role.FEATURE
