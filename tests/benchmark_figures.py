"""Made-up figures, for tests of what is said about figures."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.serving.figures import POINTS, Agreement, Figures, Point


def point(rate: float, p50: float = 1.0, p99: float = 2.0) -> Point:
    """A point with this rate, offered twice of it."""
    return Point(rate, p50, p99, p99 * 2, 0, 0.5, 100.0, rate * 2)


def figures(rate: float, open: Mapping[str, Point] | None = None) -> Figures:  # noqa: A002
    """Figures with this rate at every point."""
    points = {f"{rows}x{connections}": point(rate) for rows, connections in POINTS}
    return Figures(1.0, 50.0, 60.0, Agreement(10, 0, 1e-7), points, dict(open or {}))
