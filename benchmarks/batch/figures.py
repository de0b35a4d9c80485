"""What was found, and which bars does it meet?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.batch.contenders import MLFLOW, MLFLOW_PROBABILITIES, OURS
from benchmarks.data.measuring import Cost

TIMES, MOST_MIB = 2.0, 512.0


@dataclass(frozen=True, slots=True)
class Point:
    """One model over so many rows; `agreed`: on which share of them both say the same."""

    model: str
    rows: int
    costs: Mapping[str, Cost]
    agreed: float | None = None

    def rows_per_cpu_second(self, who: str) -> float | None:
        """How many rows a second of a processor scores; None where it failed or was not asked."""
        cost = self.costs.get(who)
        return self.rows / cost.cpu_seconds if cost is not None and not cost.failed else None


def agreement(one: Path, other: Path) -> float | None:
    """The share of equal labels; None where one of the files is not there."""
    if not (one.exists() and other.exists()):
        return None
    pairs = zip(
        *(pq.ParquetFile(p).iter_batches(65_536, columns=["prediction"]) for p in (one, other)),
        strict=True,
    )
    equal = rows = 0
    for first, second in pairs:
        equal += pc.sum(pc.equal(first.column(0), second.column(0))).as_py() or 0
        rows += first.num_rows
    return equal / rows if rows else None


def table(points: list[Point]) -> Iterator[str]:
    """Markdown: a row per model and contender, then a sentence per bar."""
    yield "| model | rows | who | rows per CPU s | CPU s | peak MiB | same label |"
    yield "|---|---|---|---|---|---|---|"
    for point in points:
        for who, cost in point.costs.items():
            speed = point.rows_per_cpu_second(who)
            same = "" if point.agreed is None or who == OURS else f"{100 * point.agreed:.3f} %"
            found = "failed | | "
            if speed is not None:
                found = f"{speed:,.0f} | {cost.cpu_seconds:.1f} | {cost.peak_mib:.0f}"
            yield f"| {point.model} | {point.rows:,} | {who} | {found} | {same} |"
    yield ""
    for point in points:
        yield from _bars(point)


def document(points: list[Point]) -> list[dict[str, Any]]:
    """Every figure as JSON."""
    return [
        {
            "model": point.model,
            "rows": point.rows,
            "who": who,
            "agreed": point.agreed,
            **cost.document(),
        }
        for point in points
        for who, cost in point.costs.items()
    ]


def _bars(point: Point) -> Iterator[str]:
    mine = point.rows_per_cpu_second(OURS)
    name = f"- {point.model}, {point.rows:,} rows"
    for who in (MLFLOW, MLFLOW_PROBABILITIES):
        theirs = point.rows_per_cpu_second(who)
        if mine is not None and theirs is not None:
            met = "met" if mine >= TIMES * theirs else "NOT met"
            said = f"{name}: at least {TIMES:g}× the rows per CPU second of {who}"
            yield f"{said}: {mine / theirs:.2f}× – **{met}**"
    if mine is not None:
        peak = point.costs[OURS].peak_mib
        met = "met" if peak < MOST_MIB else "NOT met"
        yield f"{name}: under {MOST_MIB:.0f} MiB: {peak:.0f} MiB – **{met}**"
