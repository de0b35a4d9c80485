"""How unlikely is a difference between two rows of counts, and how large is it?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

EXPECTED = 5
"""With fewer expected values in a bin the distribution of chi-square is another one."""
PRIOR = 0.5
"""Added to each count of the index, so that an empty bin is no infinite surprise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How two rows of counts in the same bins differ."""

    p_value: float
    """How likely a chi-square as large as this is when both come from one distribution."""
    effect: float
    """Population stability index, less what chance alone gives on average; not below 0."""


def difference(reference: Sequence[int], live: Sequence[int]) -> Difference | None:
    """Return how the rows differ; None: one is empty, or too few counts leave only one bin."""
    bins = without_thin_bins(reference, live)
    if len(bins) < 2:
        return None
    before, after = sum(a for a, _ in bins), sum(b for _, b in bins)
    share = before / (before + after)
    chi_square = 0.0
    for a, b in bins:
        expected = (a + b) * share
        chi_square += (a - expected) ** 2 / expected / (1 - share)
    by_chance = (len(bins) - 1) * (1 / before + 1 / after)
    effect = max(0.0, stability_index(bins) - by_chance)
    return Difference(chi_square_tail(chi_square, len(bins) - 1), effect)


def without_thin_bins(reference: Sequence[int], live: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of counts, the thin bins put together: alone they say nothing."""
    before, after = sum(reference), sum(live)
    if not before or not after:
        return []
    enough = EXPECTED * (before + after) / min(before, after)
    kept: list[tuple[int, int]] = []
    rest = (0, 0)
    for a, b in zip(reference, live, strict=True):
        if a + b >= enough:
            kept.append((a, b))
        else:
            rest = (rest[0] + a, rest[1] + b)
    if sum(rest) and (sum(rest) >= enough or not kept):
        kept.append(rest)
    elif sum(rest):
        smallest = min(range(len(kept)), key=lambda i: sum(kept[i]))
        kept[smallest] = (kept[smallest][0] + rest[0], kept[smallest][1] + rest[1])
    return kept


def stability_index(bins: Sequence[tuple[int, int]]) -> float:
    """Return the population stability index of pairs of counts."""
    before = sum(a for a, _ in bins) + PRIOR * len(bins)
    after = sum(b for _, b in bins) + PRIOR * len(bins)
    shares = [((a + PRIOR) / before, (b + PRIOR) / after) for a, b in bins]
    return sum((q - p) * math.log(q / p) for p, q in shares)


def chi_square_tail(value: float, freedom: int) -> float:
    """Return the chance of a chi-square of at least this value: a finite sum for whole degrees."""
    half = value / 2
    if half <= 0:
        return 1.0
    odd = freedom % 2
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    powers = (i + odd / 2 for i in range(freedom // 2))
    total += sum(math.exp(p * math.log(half) - half - math.lgamma(p + 1)) for p in powers)
    return min(1.0, total)


def discoveries(p_values: Sequence[float], false_share: float) -> set[int]:
    """Return which of them are more than chance, by Benjamini and Hochberg: among those that are
    returned, at most this share is expected to be false.
    """
    ranked = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = 0
    for rank, i in enumerate(ranked, start=1):
        if p_values[i] <= false_share * rank / len(p_values):
            last = rank
    return set(ranked[:last])
