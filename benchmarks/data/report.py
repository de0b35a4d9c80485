"""How are the figures shown?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost


@dataclass(frozen=True, slots=True)
class Point:
    """One table in one format on so many cores."""

    rows: int
    format: str
    cores: int

    @property
    def name(self) -> str:
        """`1,000,000 rows, csv, 1 core`."""
        return f"{self.rows:,} rows, {self.format}, {self.cores} core{'s' * (self.cores > 1)}"


Figures = Mapping[Point, Mapping[str, Cost]]


def table(figures: Figures) -> str:
    """Markdown: a row per point and contender, with our share of the other's cost."""
    lines = [
        "| data | who | CPU s | s | peak MiB | our share of CPU | of time |",
        "|---|---|---|---|---|---|---|",
    ]
    for point, costs in figures.items():
        for who, cost in costs.items():
            mine = costs.get(OURS)
            shares = ("", "")
            if who != OURS and mine is not None and not (mine.failed or cost.failed):
                shares = (
                    f"{mine.cpu_seconds / cost.cpu_seconds:.2f}",
                    f"{mine.seconds / cost.seconds:.2f}",
                )
            numbers = f"{cost.cpu_seconds:.1f} | {cost.seconds:.1f} | {cost.peak_mib:.0f}"
            shown = "failed |  | " if cost.failed else numbers
            lines.append(f"| {point.name} | {who} | {shown} | {shares[0]} | {shares[1]} |")
    return "\n".join(lines)


def document(figures: Figures) -> list[dict[str, Any]]:
    """Every figure as JSON."""
    return [
        {"rows": p.rows, "format": p.format, "cores": p.cores, "who": who, **cost.document()}
        for p, costs in figures.items()
        for who, cost in costs.items()
    ]
