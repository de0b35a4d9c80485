"""What is told of a walk: a table, each loss with what changed around it, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.traffic.callers import Loss, Tally, Way
from benchmarks.traffic.scenes import HELD_WEIGHT
from benchmarks.traffic.trail import Change, Trail

MOST_POINTS = 2.0
"""How far the weight that users see may be from the one that was decided."""
_TOGETHER_SECONDS = 1.0
"""Losses that are nearer to one another have what changed around them told once."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A loss, whose pod it was of, and what changed around it."""

    loss: Loss
    pod: str
    """The pod to which the node had led the connection, by name; empty: unknown, or none."""
    changes: Sequence[Change]
    """Empty where the loss before tells them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one walk came to."""

    scenes: Sequence[str]
    good: Mapping[str, Mapping[str, int]]
    """Good answers by scene and way."""
    lost: Sequence[Lost]
    by_the_bad_version: int
    """Requests that the version answered itself that is bad on purpose."""
    seconds: Mapping[str, float]
    weights: Mapping[str, float] = field(default_factory=dict)
    standstill: float = 0.0
    """The longest time without a turn for the users, in seconds."""
    plain: Figures | None = None
    """What the users of a plain Deployment met meanwhile; None: there was none."""

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, and weights were as decided."""
        right = all(abs(seen - HELD_WEIGHT) <= MOST_POINTS for seen in self.weights.values())
        return not self.lost and right

    @property
    def asked(self) -> int:
        """How many requests there were that no bad version refused."""
        return sum(sum(counts.values()) for counts in self.good.values()) + len(self.lost)

    def lost_in(self, scene: str) -> int:
        """Return how many were lost in the scene."""
        return sum(one.loss.scene == scene for one in self.lost)


def figures_of(
    tally: Tally,
    seconds: Mapping[str, float],
    weights: Mapping[str, float],
    trail: Trail,
    plain: Tally | None = None,
) -> Figures:
    """Return the figures; `plain`: what users of the plain Deployment met."""
    scenes = list(seconds)
    good = {s: {str(way): tally.good[s, way] for way in Way} for s in scenes}
    own = [loss for loss in tally.lost if loss.revision]
    lost = tuple(_explained([loss for loss in tally.lost if not loss.revision], trail))
    beside = None if plain is None else figures_of(plain, seconds, {}, trail)
    still = trail.longest_standstill
    return Figures(scenes, good, lost, len(own), seconds, weights, still, beside)


def _explained(losses: Sequence[Loss], trail: Trail) -> Iterator[Lost]:
    before = 0.0
    for loss in losses:
        pod = trail.owners.get(loss.led_to.partition(" ")[0], "")
        near = loss.at - before < _TOGETHER_SECONDS
        yield Lost(loss, pod, () if near else trail.around(loss.at))
        before = loss.at


def shown(figures: Figures) -> str:
    """Return the table, and what is to be said below it."""
    return "\n".join((*_table(figures), *_below(figures)))


def text(figures: Sequence[Figures]) -> str:
    """Return all of it as JSON."""
    found: list[dict[str, Any]] = [asdict(one) for one in figures]
    return json.dumps(found, indent=1)


def _table(figures: Figures) -> Iterator[str]:
    plain = figures.plain
    more = (" plain | lost of it |", " ---: |" * 2) if plain else ("", "")
    yield f"| scene | seconds | {' | '.join(Way)} | lost |{more[0]}"
    yield f"| --- | ---: |{' ---: |' * (len(Way) + 1)}{more[1]}"
    for scene in figures.scenes:
        counts = " | ".join(f"{figures.good[scene][way]:,}" for way in Way)
        took, lost = figures.seconds[scene], figures.lost_in(scene)
        beside = f" {sum(plain.good[scene].values()):,} | {plain.lost_in(scene)} |" if plain else ""
        yield f"| {scene} | {took:.0f} | {counts} | {lost} |{beside}"


def _below(figures: Figures) -> Iterator[str]:
    took = sum(figures.seconds.values()) or 1.0  # the first scene was cut short
    total, lost = figures.asked, len(figures.lost)
    yield f"{lost} of {total:,} requests lost in {took:.0f} s ({total / took:.0f}/s)"
    yield f"the users themselves had no turn for {figures.standstill:.2f} s at the longest"
    if figures.by_the_bad_version:
        yield f"{figures.by_the_bad_version} more were refused by the version that is bad"
    for scene, seen in figures.weights.items():
        yield f"{scene}: the canary had {seen:.1f} % of what users asked, {HELD_WEIGHT} decided"
    yield from _losses(figures.lost)
    if figures.plain is not None:
        beside = figures.plain
        yield f"of the plain Deployment {len(beside.lost)} of {beside.asked:,} requests were lost"
        yield from _losses(beside.lost)


def _losses(lost: Sequence[Lost]) -> Iterator[str]:
    for one in lost:
        loss, led = one.loss, ""
        if loss.led_to:
            led = f", led to {loss.led_to} {one.pod}".rstrip()
        yield f"{loss.at:.3f} {loss.way} after {loss.after:.3f} s: {loss.what}{led} ({loss.scene})"
        yield from (f"    {change.at - loss.at:+8.3f} s {change.what}" for change in one.changes)
