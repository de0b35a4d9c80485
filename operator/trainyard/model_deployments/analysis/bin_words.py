"""What is in a bin, and how its share moved, in people's words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainyard.model_deployments.analysis.binned_columns import Bin

BINS_NAMED = 2
LONGEST_TEXT = 40
MISSING = "missing"


def moved_bins(bins: Sequence[Bin], live: Sequence[int]) -> str:
    """Return the bins that moved most: "below 18: 2 % → 31 %, missing: 1 % → 0.2 %"."""
    before, after = sum(b.count for b in bins) or 1, sum(live) or 1
    moves = [(b.count / before, count / after) for b, count in zip(bins, live, strict=True)]
    places = sorted(range(len(bins)), key=lambda i: -_weight(*moves[i], 1 / before))
    numeric = any(b.holds.endswith(", +inf)") for b in bins)
    return ", ".join(
        f"{_contents(bins, i, numeric=numeric)}: {_percent(moves[i][0])} → {_percent(moves[i][1])}"
        for i in places[:BINS_NAMED]
        if moves[i][0] != moves[i][1]
    )


def _weight(before: float, after: float, least: float) -> float:
    """Return how much the bin adds to the stability index."""
    return (after - before) * math.log(max(after, least) / max(before, least))


def _contents(bins: Sequence[Bin], place: int, *, numeric: bool) -> str:
    found = bins[place]
    if found.label == MISSING:
        return MISSING
    if numeric:
        return _range(found.holds)
    is_last = place + 1 == len(bins) or bins[place + 1].label == MISSING
    if is_last and found.holds == "all others":
        return "any other text"
    cut = found.holds[: LONGEST_TEXT - 1] + "…"
    return f'"{found.holds if len(found.holds) <= LONGEST_TEXT else cut}"'


def _range(holds: str) -> str:
    low, _, high = holds[1:-1].partition(", ")
    if low == "-inf":
        return f"below {_number(high)}" if high != "+inf" else "any number"
    return f"{_number(low)} or more" if high == "+inf" else f"{_number(low)} to {_number(high)}"


def _number(text: str) -> str:
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 or not percent else f"{percent:.2g} %"
