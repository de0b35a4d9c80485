"""Do the slices of rows get the same answers? The largest difference, with its bounds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from scipy import stats

from trainer.grades.live_quality import LOOK_ERROR, Estimate

Measure = Literal["DemographicParityDifference", "EqualizedOddsDifference"]


@dataclass(frozen=True, slots=True)
class Comparing:
    """Which slices are compared, and how sure the bounds are."""

    least_rows: int = 50
    """A slice of fewer rows is compared with none."""
    error: float = LOOK_ERROR
    """The chance of a wrong bound, on each side, of all comparisons together."""


@dataclass(frozen=True, slots=True)
class FairnessFinding:
    """The largest difference between two slices, and between which."""

    estimate: Estimate
    between: tuple[str, str]
    slices: int


@dataclass(frozen=True, slots=True)
class _Rate:
    """Of so many rows of a slice so many got an answer."""

    slice: str
    hits: int
    rows: int


def fairness(
    measure: Measure,
    truth: Sequence[Any],
    predicted: Sequence[Any],
    slices: Sequence[Any],
    how: Comparing = Comparing(),
) -> FairnessFinding | None:
    """The finding; None where there are not two slices to compare.

    Of every class the share of rows that get it is compared (demographic parity); or that share
    among those it is true of, and among the others (equalised odds). The bounds hold for all
    comparisons together.
    """
    lines = [
        (t, p, str(s)) for t, p, s in zip(truth, predicted, slices, strict=True) if s is not None
    ]
    families = _families(measure, lines, how.least_rows)
    pairs = [pair for family in families for pair in combinations(family, 2)]
    if not pairs:
        return None
    bound = float(stats.norm.isf(how.error / (2 * len(pairs))))
    compared = [(_difference(one, other, bound), (one.slice, other.slice)) for one, other in pairs]
    worst, between = max(compared, key=lambda found: found[0].value)
    return FairnessFinding(
        Estimate(
            worst.value,
            max(found.low for found, _ in compared),
            max(found.high for found, _ in compared),
        ),
        between,
        len({name for _, names in compared for name in names}),
    )


def _families(
    measure: Measure, lines: list[tuple[Any, Any, str]], least_rows: int
) -> Iterator[list[_Rate]]:
    """Rates that ought to be the same."""
    classes = sorted({p for _, p, _ in lines} | {t for t, _, _ in lines}, key=str)
    # Of two classes the second says the same as the first.
    for label in classes[:1] if len(classes) == 2 else classes:
        if measure == "DemographicParityDifference":
            yield _rates(lines, label, least_rows)
        else:
            yield _rates([line for line in lines if line[0] == label], label, least_rows)
            yield _rates([line for line in lines if line[0] != label], label, least_rows)


def _rates(lines: list[tuple[Any, Any, str]], label: Any, least_rows: int) -> list[_Rate]:
    rows = Counter(name for _, _, name in lines)
    hits = Counter(name for _, predicted, name in lines if predicted == label)
    return [
        _Rate(name, hits[name], count)
        for name, count in sorted(rows.items())
        if count >= least_rows
    ]


def _difference(one: _Rate, other: _Rate, bound: float) -> Estimate:
    """The difference of two rates, whichever is larger (bounds as Agresti and Caffo)."""
    value = abs(one.hits / one.rows - other.hits / other.rows)
    shares = [(rate.hits + 1) / (rate.rows + 2) for rate in (one, other)]
    middle = abs(shares[0] - shares[1])
    wide = bound * math.sqrt(
        sum(p * (1 - p) / (r.rows + 2) for p, r in zip(shares, (one, other), strict=True))
    )
    return Estimate(value, max(0.0, middle - wide), min(1.0, middle + wide))
