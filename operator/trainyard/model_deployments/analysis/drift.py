"""Which columns drifted in a window: more than chance, and enough to matter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from trainyard.model_deployments.analysis.bin_words import ComparedBin, compared_bins, moved_bins
from trainyard.model_deployments.analysis.binned_columns import (
    BinReading,
    ColumnKey,
    rows_of,
)
from trainyard.model_deployments.analysis.chi_square import difference, discoveries

FALSE_SHARE = 0.01
"""Of the columns that are found, at most this share is expected to be chance."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """A column that drifted."""

    column: ColumnKey
    effect: float
    why: str
    bins: tuple[ComparedBin, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """What a window shows."""

    rows: int
    compared: int
    """Columns that could be compared; 0: no evidence."""
    drifted: tuple[Drifted, ...] = ()
    """Largest effect first."""
    why: str = ""
    """Why there is no evidence."""


def drift_in(
    reading: BinReading, min_rows: int, min_effect: float, ignore: Collection[str]
) -> DriftFinding:
    """Return which columns drifted.

    Chance is judged over all columns together, so that a hundred quiet columns raise no more false
    alarms than one. Where rows are many, or come in bursts of one caller, any difference is more
    than chance: only the size of the effect says that it matters.
    """
    rows = rows_of(reading.live)
    if reading.why:
        return DriftFinding(rows, 0, why=reading.why)
    if rows < min_rows:
        return DriftFinding(rows, 0, why=f"{rows} rows were counted, {min_rows} are needed")
    found = []
    for column, bins in sorted(reading.reference.columns.items()):
        live = [reading.live.get((column, b.label), 0) for b in bins]
        differs = difference([b.count for b in bins], live)
        if differs is not None and column.name not in ignore and sum(live) >= min_rows:
            found.append((column, differs, bins, live))
    if not found:
        return DriftFinding(rows, 0, why="the reference has no column that can be compared")
    unlikely = discoveries([differs.p_value for _, differs, _, _ in found], FALSE_SHARE)
    drifted = [
        Drifted(column, differs.effect, moved_bins(bins, live), compared_bins(bins, live))
        for i, (column, differs, bins, live) in enumerate(found)
        if i in unlikely and differs.effect >= min_effect
    ]
    return DriftFinding(rows, len(found), tuple(sorted(drifted, key=lambda d: -d.effect)))
