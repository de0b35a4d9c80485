"""Which bars were set, and are they met?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost
from benchmarks.data.report import Figures, Point

_CPU_SHARE, _TIME_SHARE = 0.6, 0.4
_MIB = 400.0


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked and what was found; `met`: None when these figures cannot tell."""

    asked: str
    found: str
    met: bool | None

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT met", None: "not measured here"}[self.met]
        return f"{self.asked}: {self.found} – **{verdict}**"


def bars(figures: Figures) -> Iterator[Bar]:
    """Processors on one core, time on two, and memory, at every point."""
    for point, costs in figures.items():
        others = {who: cost for who, cost in costs.items() if who != OURS and not cost.failed}
        mine = costs.get(OURS)
        if mine is None or mine.failed:
            yield Bar(point.name, "ours failed", None)
            continue
        if others:
            yield _share(point, mine, others)
        asked = f"{point.name}: peak memory under {_MIB:.0f} MiB"
        yield Bar(asked, f"{mine.peak_mib:.0f} MiB", mine.peak_mib < _MIB)


def _share(point: Point, mine: Cost, others: dict[str, Cost]) -> Bar:
    if point.cores == 1:
        best = min(others, key=lambda who: others[who].cpu_seconds)
        share, bound = mine.cpu_seconds / others[best].cpu_seconds, _CPU_SHARE
        what = "CPU"
    else:
        best = min(others, key=lambda who: others[who].seconds)
        share, bound = mine.seconds / others[best].seconds, _TIME_SHARE
        what = "time"
    asked = f"{point.name}: at most {bound} of the {what} of the better peer"
    return Bar(asked, f"{share:.2f} of {best}", share <= bound)
