"""Which figures does a contender have?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from benchmarks.serving.load import Result

ROWS = (1, 32)
CONNECTIONS = (1, 8, 64)
POINTS = tuple((rows, connections) for rows in ROWS for connections in CONNECTIONS)
STEPS = (25, 50, 75)
"""Shares of its own best rate, in percent, that ours is offered besides the peers' rates."""


@dataclass(frozen=True, slots=True)
class Point:
    """Latencies in milliseconds; answers per second; CPU in µs per request.

    `offered`: requests per second in an open loop, 0 in a closed one. `busy`: the share of time
    that the load generator worked.
    """

    rate: float
    p50: float
    p99: float
    p999: float
    wrong: int
    busy: float
    cpu_us: float = 0.0
    offered: float = 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the answers are from scikit-learn's; `largest`: of all probabilities, if sent."""

    rows: int
    differing: int
    largest: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one contender: points by "rows x connections", open loops by whose rate it was."""

    start_seconds: float
    memory_mib: float
    loaded_mib: float
    agreement: Agreement
    points: dict[str, Point] = field(default_factory=dict)
    open: dict[str, Point] = field(default_factory=dict)

    @property
    def best_rate(self) -> float:
        """What one-row requests reached over 64 connections."""
        return self.points["1x64"].rate

    def best_of(self, other: Figures | None) -> Figures:
        """The best round of every figure, for noise only ever takes away; the worst agreement."""
        if other is None:
            return self
        return Figures(
            min(self.start_seconds, other.start_seconds),
            min(self.memory_mib, other.memory_mib),
            min(self.loaded_mib, other.loaded_mib),
            max(self.agreement, other.agreement, key=lambda each: each.differing),
            _best(self.points, other.points, lambda point: -point.rate),
            _best(self.open, other.open, lambda point: point.p99),
        )

    def with_open(self, more: Mapping[str, Point]) -> Figures:
        """With more open loops; of two at one rate, the better."""
        return replace(self, open=_best(self.open, more, lambda point: point.p99))

    def wrong(self) -> int:
        """Wrong or lost answers of all points."""
        return sum(point.wrong for point in (*self.points.values(), *self.open.values()))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def figures_of(document: Mapping[str, Any]) -> Figures:
    """What `document` gave. Raises KeyError or TypeError for another document."""
    plain = {**document, "agreement": Agreement(**document["agreement"])}
    for loops in ("points", "open"):
        plain[loops] = {name: Point(**point) for name, point in document[loops].items()}
    return Figures(**plain)


def point_of(result: Result, cpu_seconds: float = 0.0, offered: float = 0.0) -> Point:
    """The figures of one run."""
    p50, p99, p999 = (result.percentile(share) * 1000 for share in (0.5, 0.99, 0.999))
    cpu_us = cpu_seconds / max(1, len(result.latencies)) * 1e6
    return Point(result.rate, p50, p99, p999, result.wrong, result.busy, cpu_us, offered)


def _best(one: Mapping[str, Point], other: Mapping[str, Point], cost: Any) -> dict[str, Point]:
    names = [*other, *(name for name in one if name not in other)]
    return {name: min((of[name] for of in (other, one) if name in of), key=cost) for name in names}
