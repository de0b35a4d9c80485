"""What is in a bin, and how its share moved, in people's words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.model_deployments.analysis.binned_columns import Bin

BINS_NAMED = 2
BINS_COMPARED = 12
LONGEST_TEXT = 40
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ComparedBin:
    """A bin with its shares of the training and of the window, in percent."""

    holds: str
    training: str
    live: str


def moved_bins(bins: Sequence[Bin], live: Sequence[int]) -> str:
    """Return the bins that moved most: "below 18: 2 % → 31 %, missing: 1 % → 0.2 %"."""
    moves, numeric = _moves(bins, live), _is_numeric(bins)
    return ", ".join(
        f"{_contents(bins, i, numeric=numeric)}:"
        f" {_percent(moves[i][0])} % → {_percent(moves[i][1])} %"
        for i in _by_weight(bins, moves)[:BINS_NAMED]
        if moves[i][0] != moves[i][1]
    )


def compared_bins(bins: Sequence[Bin], live: Sequence[int]) -> tuple[ComparedBin, ...]:
    """Return the bins as the profile orders them; of more than twelve those that moved most."""
    moves, numeric = _moves(bins, live), _is_numeric(bins)
    return tuple(
        ComparedBin(_contents(bins, i, numeric=numeric), *(_percent(share) for share in moves[i]))
        for i in sorted(_by_weight(bins, moves)[:BINS_COMPARED])
    )


def _moves(bins: Sequence[Bin], live: Sequence[int]) -> Sequence[tuple[float, float]]:
    """Return the shares of each bin before and now."""
    before, after = sum(b.count for b in bins) or 1, sum(live) or 1
    return [(b.count / before, count / after) for b, count in zip(bins, live, strict=True)]


def _by_weight(bins: Sequence[Bin], moves: Sequence[tuple[float, float]]) -> Sequence[int]:
    """Return the places of the bins, the one that moved most first."""
    least = 1 / (sum(b.count for b in bins) or 1)
    return sorted(range(len(bins)), key=lambda i: -_weight(*moves[i], least))


def _is_numeric(bins: Sequence[Bin]) -> bool:
    return any(b.holds.endswith(", +inf)") for b in bins)


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
    return f"{percent:.0f}" if percent >= 10 or not percent else f"{percent:.2g}"
