"""How is a campaign shown?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.faults.campaign import Outcome, broken, counted
from benchmarks.faults.plans import Kind


def line(outcome: Outcome, done: int, of: int) -> str:
    """One plan, as it ends."""
    held = "held" if not outcome.broken else "BROKEN"
    return f"{done}/{of} {held} in {outcome.seconds:.0f} s: {outcome.plan.sentence()}"


def report(outcomes: Sequence[Outcome], seconds: float) -> str:
    """What all plans came to."""
    return "\n".join((*_table(outcomes), *_sum(outcomes, seconds), *_broken(outcomes)))


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    counts = counted(outcomes)
    phases = list(dict.fromkeys(phase for _, phase in sorted(counts)))
    yield "| faults that happened | " + " | ".join(phase or "before all" for phase in phases) + " |"
    yield "| --- | " + " | ".join("---:" for _ in phases) + " |"
    for kind in Kind:
        row = " | ".join(str(counts[kind, phase]) for phase in phases)
        yield f"| {kind} | {row} |"


def _sum(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    writes = sum(outcome.writes for outcome in outcomes)
    faults = counted(outcomes).total()
    yield (
        f"{len(outcomes)} plans in {seconds:.0f} s: {writes:,} writes, {faults:,} faults,"
        f" {sum(1 for _ in broken(outcomes))} violations"
    )


def _broken(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in broken(outcomes):
        yield outcome.plan.sentence()
        yield from (f"  {sentence}" for sentence in outcome.broken)
