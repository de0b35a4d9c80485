"""The table of a sweep, and the file from which a later one goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.estimators.asking import Distance

_HEAD = "| recipe | data | served by | rows | labels that differ | numbers differ by at most |"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one recipe."""

    name: str
    data: str
    runtime: str
    """By which the version is served; empty where nothing was served."""
    rows: int
    labels: int
    numbers: float
    fault: str = ""
    """Why nothing was served."""

    @property
    def holds(self) -> bool:
        """It was served, and answers as what was made by hand."""
        return not self.fault and Distance(self.rows, self.labels, self.numbers).holds


def read(path: Path) -> dict[str, Line]:
    """What an earlier sweep found, by name; nothing where there is none."""
    if not path.exists():
        return {}
    return {found["name"]: Line(**found) for found in json.loads(path.read_text())}


def write(path: Path, lines: Mapping[str, Line]) -> None:
    """The file holds the lines."""
    path.write_text(json.dumps([asdict(line) for line in lines.values()], indent=1) + "\n")


def shown(lines: Iterable[Line]) -> str:
    """The table in Markdown, and a sentence that counts."""
    lines = list(lines)
    table = [_HEAD, "|---|---|---|---|---|---|", *(_row(line) for line in lines)]
    held = sum(line.holds for line in lines)
    return "\n".join([*table, "", f"{held} of {len(lines)} answer as the model made by hand."])


def _row(line: Line) -> str:
    if line.fault:
        return f"| {line.name} | {line.data} | – | – | – | {line.fault} |"
    numbers = f"{line.numbers:.1e}" if line.numbers else "0"
    return (
        f"| {line.name} | {line.data} | {line.runtime} | {line.rows} | {line.labels} | {numbers} |"
    )
