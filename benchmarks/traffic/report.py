"""What is told of a walk: a table, each loss with what changed around it, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.traffic.callers import Loss, Tally, Way
from benchmarks.traffic.scenes import HELD_WEIGHT
from benchmarks.traffic.trail import Change

MOST_POINTS = 2.0
"""How far the weight that users see may be from the one that was decided."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one walk came to."""

    scenes: Sequence[str]
    good: Mapping[str, Mapping[str, int]]
    """Good answers by scene and way."""
    lost: Sequence[tuple[Loss, Sequence[Change]]]
    by_the_bad_version: int
    """Requests that the version answered itself that is bad on purpose."""
    seconds: Mapping[str, float]
    weights: Mapping[str, float] = field(default_factory=dict)
    standstill: float = 0.0
    """The longest time without a turn for the users, in seconds."""

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, and weights were as decided."""
        right = all(abs(seen - HELD_WEIGHT) <= MOST_POINTS for seen in self.weights.values())
        return not self.lost and right


def figures_of(
    tally: Tally,
    seconds: Mapping[str, float],
    weights: Mapping[str, float],
    around: Mapping[float, Sequence[Change]],
    standstill: float = 0.0,
) -> Figures:
    """Return the figures; `around`: changes by the time of a loss."""
    scenes = list(seconds)
    good = {s: {str(way): tally.good[s, way] for way in Way} for s in scenes}
    own = [loss for loss in tally.lost if loss.revision]
    lost = [(loss, around.get(loss.at, ())) for loss in tally.lost if not loss.revision]
    return Figures(scenes, good, lost, len(own), seconds, weights, standstill)


def shown(figures: Figures) -> str:
    """Return the table, and what is to be said below it."""
    return "\n".join((*_table(figures), *_below(figures)))


def text(figures: Sequence[Figures]) -> str:
    """Return all of it as JSON."""
    found: list[dict[str, Any]] = [asdict(one) for one in figures]
    return json.dumps(found, indent=1)


def _table(figures: Figures) -> Iterator[str]:
    yield f"| scene | seconds | {' | '.join(Way)} | lost |"
    yield f"| --- | ---: |{' ---: |' * (len(Way) + 1)}"
    lost = [loss.scene for loss, _ in figures.lost]
    for scene in figures.scenes:
        counts = " | ".join(f"{figures.good[scene][way]:,}" for way in Way)
        took = figures.seconds[scene]
        yield f"| {scene} | {took:.0f} | {counts} | {lost.count(scene)} |"


def _below(figures: Figures) -> Iterator[str]:
    total = sum(sum(counts.values()) for counts in figures.good.values()) + len(figures.lost)
    took = sum(figures.seconds.values()) or 1.0  # the first scene was cut short
    yield f"{len(figures.lost)} of {total:,} requests lost in {took:.0f} s ({total / took:.0f}/s)"
    yield f"the users themselves had no turn for {figures.standstill:.2f} s at the longest"
    if figures.by_the_bad_version:
        yield f"{figures.by_the_bad_version} more were refused by the version that is bad"
    for scene, seen in figures.weights.items():
        yield f"{scene}: the canary had {seen:.1f} % of what users asked, {HELD_WEIGHT} decided"
    for loss, changes in figures.lost:
        yield f"{loss.at:.3f} {loss.way} after {loss.after:.3f} s: {loss.what} ({loss.scene})"
        yield from (f"    {change.at - loss.at:+8.3f} s {change.what}" for change in changes)
