"""Are the canary's answers slower than the stable version's, anywhere in the distribution?

"Slower than an edge" is a coin per request. For every edge the e-process of Turner, Ly &
Grünwald (arXiv:2106.02693) compares the two coins, with plug-ins from earlier intervals only:

    ln E += x ln(p_c/p_0) + (n_c-x) ln((1-p_c)/(1-p_0)) + the same of the stable version,
    p_0 = (n_c p_c + n_s p_s) / (n_c + n_s)

and only where the plug-ins say p_c > p_s (else the factor is 1), which keeps it an e-value for
every pair with canary ≤ stable. The mean over the edges is an e-value under any dependence.
The tolerance moves the stable version's edge down: the canary's share above e is compared with
the stable version's share above the largest edge that is at most e / tolerance. As for errors,
ln E is divided by φ ≥ 1 where slow answers come in bursts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trainyard.model_deployments.analysis.errors import log_mean_exp
from trainyard.model_deployments.analysis.evidence import Counts, Interval

MILLION = 1_000_000
FIELDS = 5
HEADER = 4
ASSUMED_PHI = 2.0
LEAST_INTERVALS = 2
"""The first interval only says what to expect; with it alone, any version would pass."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What is known about the requests slower than one edge."""

    log: int = 0
    """ln E in millionths."""
    canary: int = 0
    stable: int = 0
    """Slow requests so far."""
    canary_squares: int = 0
    stable_squares: int = 0
    """Σ slow² / requests over the intervals, in millionths."""


@dataclass(frozen=True, slots=True)
class LatencyEvidence:
    """What was folded so far; `edges` are those of the canary that have a partner."""

    intervals: int = 0
    canary: int = 0
    stable: int = 0
    """Requests so far."""
    edges: tuple[Edge, ...] = ()

    def folded(self) -> tuple[int, ...]:
        """Return it as integers for the status."""
        rows = (
            number
            for e in self.edges
            for number in (e.log, e.canary, e.stable, e.canary_squares, e.stable_squares)
        )
        return (len(self.edges), self.intervals, self.canary, self.stable, *rows)


def unfolded(numbers: tuple[int, ...]) -> LatencyEvidence:
    """Return the evidence that `folded` wrote; anything else is a new start."""
    if len(numbers) < HEADER or len(numbers) != HEADER + FIELDS * numbers[0]:
        return LatencyEvidence()
    rows = range(HEADER, len(numbers), FIELDS)
    edges = tuple(Edge(*numbers[start : start + FIELDS]) for start in rows)
    return LatencyEvidence(numbers[1], numbers[2], numbers[3], edges)


def partners(edges: Sequence[str], tolerance: float) -> tuple[tuple[int, int], ...]:
    """Return (index of the canary's edge, index of the stable version's edge) pairs.

    For edges 1, 1.25, 1.56 and a tolerance of 1.2: 1.25 is compared with 1, 1.56 with 1.25.
    """
    values = [float(edge) for edge in edges]
    pairs = []
    for i, value in enumerate(values):
        lower = [j for j in range(i + 1) if values[j] * tolerance <= value * (1 + 1e-9)]
        if lower and math.isfinite(value):
            pairs.append((i, lower[-1]))
    return tuple(pairs)


def with_interval(
    evidence: LatencyEvidence, interval: Interval, tolerance: float
) -> LatencyEvidence:
    """Return the evidence with one more interval; both versions must have had requests."""
    canary, stable = _timed(interval.canary), _timed(interval.stable)
    if not canary or not stable:
        return evidence
    pairs = partners(interval.edges, tolerance)
    before = evidence.edges if len(evidence.edges) == len(pairs) else (Edge(),) * len(pairs)
    known = evidence if evidence.edges and before is evidence.edges else LatencyEvidence()
    block = _Block(known.canary, known.stable, canary, stable)
    slow = _slow(interval, pairs)
    return LatencyEvidence(
        intervals=known.intervals + 1,
        canary=known.canary + canary,
        stable=known.stable + stable,
        edges=tuple(_with_block(e, block, x, y) for e, (x, y) in zip(before, slow, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """Requests before the interval and in it."""

    canary_before: int
    stable_before: int
    canary: int
    stable: int


def _timed(counts: Counts) -> int:
    """Return how many requests have a latency: the last bucket holds them all."""
    return counts.within[-1] if counts.within else 0


def _slow(interval: Interval, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    canary, stable = interval.canary, interval.stable
    for i, j in pairs:
        yield _timed(canary) - canary.within[i], _timed(stable) - stable.within[j]


def _with_block(edge: Edge, block: _Block, x: int, y: int) -> Edge:
    gain = 0.0
    if block.canary_before and block.stable_before:
        p_c = (edge.canary + 0.5) / (block.canary_before + 1)
        p_s = (edge.stable + 0.5) / (block.stable_before + 1)
        if p_c > p_s:
            gain = _gain(block, (x, y), p_c, p_s)
    return replace(
        edge,
        log=edge.log + math.floor(gain * MILLION),
        canary=edge.canary + x,
        stable=edge.stable + y,
        canary_squares=edge.canary_squares + round(x * x * MILLION / block.canary),
        stable_squares=edge.stable_squares + round(y * y * MILLION / block.stable),
    )


def _gain(block: _Block, slow: tuple[int, int], p_c: float, p_s: float) -> float:
    x, y = slow
    n_c, n_s = block.canary, block.stable
    p_0 = (n_c * p_c + n_s * p_s) / (n_c + n_s)
    return (
        x * math.log(p_c / p_0)
        + (n_c - x) * math.log((1 - p_c) / (1 - p_0))
        + y * math.log(p_s / p_0)
        + (n_s - y) * math.log((1 - p_s) / (1 - p_0))
    )


def log_e_value(evidence: LatencyEvidence) -> float:
    """Return ln of the mean of the edges' tempered e-values; 0 before anything was compared."""
    if not evidence.edges:
        return 0.0
    logs = [e.log / MILLION / _phi(evidence, e) for e in evidence.edges]
    return log_mean_exp(logs)


def _phi(evidence: LatencyEvidence, edge: Edge) -> float:
    """Return how unevenly slow answers come, each version against its own mean; at least 1."""
    freedom = 2 * (evidence.intervals - 1)
    found = _chi_square(edge.canary, evidence.canary, edge.canary_squares)
    found += _chi_square(edge.stable, evidence.stable, edge.stable_squares)
    return max(1.0, (found + ASSUMED_PHI) / (freedom + 1))


def _chi_square(slow: int, requests: int, squares: int) -> float:
    share = slow / requests
    if not 0 < share < 1:
        return 0.0
    return max(0.0, (squares / MILLION / share - slow) / (1 - share))
