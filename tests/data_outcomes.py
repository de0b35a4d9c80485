"""What comes of data as people have it: types, values and every sentence that its owner reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ingests import Rig, plain_rows

from trainer.pod.exits import UserFault

ROWS = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """`types` of the version's columns, `roles` likewise; empty where there is no version."""

    types: dict[str, str]
    roles: dict[str, str]
    sentences: str
    values: dict[str, set[Any]]

    @property
    def accepted(self) -> bool:
        """True when there is a version."""
        return bool(self.types)


def outcome(rig: Rig, **changes: Any) -> Outcome:
    """Of an ingest of everything in the source; a fault must be the user's."""
    try:
        document = rig.ingest(**changes)
    except UserFault as fault:
        return Outcome({}, {}, str(fault), {})
    if document["outcome"] == "Refused":
        told = [f"{f['message']} {' '.join(f['examples'])}" for f in document["failures"]]
        return Outcome({}, {}, "\n".join(told), {})
    columns = rig.manifest(document["digest"]).columns
    values: dict[str, set[Any]] = {}
    for part in ("train", "test"):
        table = rig.table(document["digest"], part)
        for name in table.column_names:
            values.setdefault(name, set()).update(table.column(name).to_pylist())
    return Outcome(
        {c.name: str(c.type) for c in columns},
        {c.name: str(c.role) for c in columns},
        "\n".join(document["warnings"]),
        values,
    )


def with_column(name: str, value: Callable[[int], Any], count: int = ROWS) -> list[dict[str, Any]]:
    """Plain rows with one more column."""
    return [row | {name: value(number)} for number, row in enumerate(plain_rows(count))]


def csv_text(rows: Sequence[dict[str, Any]], separator: str = ",", end: str = "\n") -> str:
    """The rows as a CSV writer writes them; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(rows[0])
    writer.writerows(["" if cell is None else cell for cell in row.values()] for row in rows)
    return text.getvalue()


def json_lines(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
