"""Where does each look at a release stand in its picture: errors of both versions over time?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardpage.trail import Look, Trail

WIDTH, HEIGHT = 640, 160
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 8, 24
MOST_ROWS = 12
"""Of the looks so many stand in the table, the newest among them."""
ARMS = ("Stable", "Canary")


@dataclass(frozen=True, slots=True)
class Band:
    """Within which bounds the errors of one version lay, as a shape."""

    arm: str
    path: str


@dataclass(frozen=True, slots=True)
class TrailChart:
    """Bands over time below a step line of the weight; all of it again as rows."""

    width: int
    height: int
    bands: Sequence[Band]
    weight_path: str
    most: str
    """What the upper edge stands for, in percent of the requests."""
    floor: int
    first: str
    last: str
    rows: Sequence[Look]
    description: str


def chart_of(trail: Trail) -> TrailChart | None:
    """Return the picture of a trail, or None where there is nothing to compare yet."""
    looks = trail.looks
    if len(looks) < 2:
        return None
    most = max((a.high or 0 for look in looks for a in look.arms.values()), default=0) or 1.0
    frame = _Frame(looks[0].at.timestamp(), looks[-1].at.timestamp(), most)
    bands = tuple(band for arm in ARMS if (band := _band(arm, looks, frame)) is not None)
    return TrailChart(
        width=WIDTH,
        height=HEIGHT,
        bands=bands,
        weight_path=_weight(looks, frame),
        most=f"{most:.3g}",
        floor=HEIGHT - BOTTOM,
        first=f"{looks[0].at:%H:%M:%S}",
        last=f"{looks[-1].at:%H:%M:%S}",
        rows=tuple(_some(looks)),
        description=_description(looks),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    begin: float
    end: float
    most: float

    def x(self, look: Look) -> float:
        share = (look.at.timestamp() - self.begin) / (self.end - self.begin)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float, most: float) -> float:
        return round(HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM), 1)


def _band(arm: str, looks: Sequence[Look], frame: _Frame) -> Band | None:
    known = [(look, look.arms[arm]) for look in looks if arm in look.arms]
    bounds = [(frame.x(k), a.low, a.high) for k, a in known if a.low is not None and a.high]
    if len(bounds) < 2:
        return None
    above = [f"{x} {frame.y(high, frame.most)}" for x, _, high in bounds]
    below = [f"{x} {frame.y(low or 0, frame.most)}" for x, low, _ in reversed(bounds)]
    return Band(arm, f"M{'L'.join([*above, *below])}Z")


def _weight(looks: Sequence[Look], frame: _Frame) -> str:
    path = f"M{frame.x(looks[0])} {frame.y(looks[0].weight, 100)}"
    return path + "".join(f"H{frame.x(k)}V{frame.y(k.weight, 100)}" for k in looks[1:])


def _some(looks: Sequence[Look]) -> Iterator[Look]:
    """Yield looks at even distances, newest first."""
    step = -(-len(looks) // MOST_ROWS)
    yield from tuple(reversed(looks))[::step]


def _description(looks: Sequence[Look]) -> str:
    last = looks[-1]
    said = [
        f"{name}: {arm.errors} of {arm.requests} requests failed" for name, arm in last.arms.items()
    ]
    return f"{len(looks)} looks; at the last one {last.weight} % canary, {'; '.join(said)}"
