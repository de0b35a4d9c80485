"""The first manifest of somebody who has a CSV and the name of the column to predict."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from trainyard.api.v1alpha1 import GROUP, VERSION
from trainyard.crdgen.yaml_text import PlainDumper

ROWS_READ = 100_000
"""So many rows say enough of a target."""
MOST_LABELS = 20
"""A column with more different numbers is measured, not classified."""
LONGEST_NAME = 40
MOST_BYTES = 900_000
"""A ConfigMap holds a megabyte, its other fields included."""
_DELIMITERS = ",;\t|"


class NoManifest(Exception):
    """The file cannot be read, or nothing in it can be predicted."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a look at a CSV tells of it."""

    file: Path
    target: str
    rows: int
    is_classified: bool
    commonest_percent: int
    """Share of the rows that have the commonest label; 0 of numbers that are measured."""


def first_manifest(file: Path, target: str, name: str) -> str:
    """Return a Dataset, a TrainingJob and a ModelDeployment as YAML. Raises NoManifest.

    Data that a ConfigMap can hold is among them; larger data is expected in a claim.
    """
    table = look_at(file, target)
    return "---\n".join(as_yaml(document) for document in _documents(table, name))


def model_name(file: Path) -> str:
    """Return a name for the model of a file: its own, as far as objects may be called so."""
    plain = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    named = plain if plain[:1].isalpha() else f"m-{plain}".strip("-")
    return named[:LONGEST_NAME].strip("-")


def look_at(file: Path, target: str) -> Table:
    """Return what the first rows of the CSV tell. Raises NoManifest."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            columns, found = _column(csv.reader(text, delimiter=_delimiter(file)), target)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise NoManifest(f"{file}: {fault}: expected a CSV in UTF-8 with a header") from fault
    if not found:
        raise NoManifest(f"{file}: column {target} has no value: there is nothing to learn")
    if len(columns) < 2:
        raise NoManifest(f"{file}: expected a column beside {target} to predict it from")
    labels = Counter(found)
    if len(labels) < 2:
        raise NoManifest(f"{file}: column {target} is {found[0]} in every row: nothing to learn")
    is_classified = len(labels) <= MOST_LABELS or not all(map(_is_number, labels))
    commonest = labels.most_common(1)[0][1]
    percent = round(100 * commonest / len(found)) if is_classified else 0
    return Table(file, target, len(found), is_classified, percent)


def _delimiter(file: Path) -> str:
    with file.open(encoding="utf-8-sig", newline="") as text:
        head = text.readline()
    return max(_DELIMITERS, key=head.count)


def _column(rows: Iterator[Sequence[str]], target: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names of all columns and the values of the target, without missing ones."""
    columns = next(rows, [])
    if not target:
        raise NoManifest(f"--target: name one of the columns: {', '.join(columns)}")
    if target not in columns:
        raise NoManifest(f"no column {target}: the header has {', '.join(columns) or 'none'}")
    place = columns.index(target)
    values = (row[place] for row in islice(rows, ROWS_READ) if len(row) > place)
    return columns, [value for value in values if value]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _documents(table: Table, name: str) -> Iterator[Mapping[str, Any]]:
    source: Mapping[str, Any] = {"pvc": {"claimName": f"{name}-data", "path": table.file.name}}
    if table.file.stat().st_size <= MOST_BYTES:
        source = {"configMap": {"name": f"{name}-data"}}
        text = table.file.read_text(encoding="utf-8-sig")
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{name}-data"},
            "data": {table.file.name: _Lines(text)},
        }
    yield our_object("Dataset", name, {"source": source, "target": table.target})
    yield our_object("TrainingJob", name, {"dataset": {"name": name}, **_recipe(table)})
    yield our_object("ModelDeployment", name, {"model": {"trainingJob": {"name": name}}})


class _Lines(str):
    """Text that stands in a manifest as it stands in its file."""

    __slots__ = ()


class _Dumper(PlainDumper):
    """Writes such text line by line."""


_Dumper.add_representer(
    _Lines, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return the manifest; texts stand in it line by line."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def our_object(kind: str, name: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a manifest of one of our kinds."""
    metadata = {"name": name}
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": kind, "metadata": metadata, "spec": spec}


def _recipe(table: Table) -> Mapping[str, Any]:
    """Return a forest, and the gate that it has to be better than a guess."""
    gate = {"name": "better-than-a-guess", "metric": "r2", "min": "0.01"}
    kind = "Regressor"
    if table.is_classified:
        kind, floor = "Classifier", min(99, table.commonest_percent + 1)
        gate = {**gate, "metric": "accuracy", "min": f"{floor / 100:.2f}"}
    return {"estimator": {"class": f"sklearn.ensemble.RandomForest{kind}"}, "gates": [gate]}
