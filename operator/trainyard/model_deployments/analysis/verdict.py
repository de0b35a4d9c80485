"""What all checks of a rollout say together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from trainyard.api.v1alpha1.dispersion import Dispersion, SplitDispersion
from trainyard.api.v1alpha1.model_deployment import AnalysisSpec, Check
from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis.checks.errors import burstiness
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples, is_of
from trainyard.model_deployments.analysis.checks.kinds import kind_of
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of all checks, why, and what is kept of each."""

    answer: Answer
    why: str
    checks: tuple[CheckState, ...]


def judge(
    spec: AnalysisSpec,
    before: tuple[CheckState, ...],
    look: Look,
    samples: Samples,
    known: Dispersion | None,
) -> Verdict:
    """Return the verdict: FAIL if one check fails, PASS if all pass, else NO_EVIDENCE.

    The checks that compare share the bound on false alarms; dry runs take nothing from the others.
    """
    old = {state.name: state for state in before}
    spreads = _spread(known), _split(known)
    states = tuple(
        _state(c, old.get(c.name), look, Bounds(samples, _threshold(spec, c), *spreads))
        for c in spec.checks
    )
    counted = tuple(state for state in states if not state.dry_run)
    for answer in (Answer.FAIL, Answer.NO_EVIDENCE):
        whys = [f"{s.name}: {s.why}" for s in counted if s.verdict == answer.value]
        if whys:
            return Verdict(answer, _joined(whys), states)
    passed = "; ".join(f"{state.name}: {state.why}" for state in counted)
    return Verdict(Answer.PASS, f"all checks pass ({passed})" if counted else "no checks", states)


def learnt(known: Dispersion | None, checks: tuple[CheckState, ...]) -> Dispersion | None:
    """Return what is known of bursts after a rollout with these checks."""
    stable, split = burstiness(checks)
    if not stable.intervals:
        return known
    intervals, requests, failed, squares = _remembered(stable.joined(_spread(known)))
    divided, failures, of_canary, split_squares = _remembered(split.joined(_split(known)))
    return Dispersion(
        intervals=intervals,
        requests=requests,
        errors=failed,
        squares_millionths=squares,
        split=SplitDispersion(
            intervals=divided,
            failures=failures,
            of_canary=of_canary,
            squares_millionths=split_squares,
        ),
    )


def _remembered(spread: Spread) -> tuple[int, ...]:
    return (spread.halved() if spread.intervals > _REMEMBERED else spread).folded()


_REMEMBERED = 480
"""More intervals than these are kept at half weight, so that the past fades."""


def _state(check: Check, before: CheckState | None, look: Look, bounds: Bounds) -> CheckState:
    """Return how the check stands after the look; evidence of another kind or form is dropped."""
    kind = kind_of(check)
    mine = before if before is not None and is_of(kind, before) else None
    plain = CheckState(
        name=check.name,
        kind=kind.name,
        version=kind.version,
        verdict=Answer.NO_EVIDENCE.value,
        dry_run=check.dry_run,
        why="not asked yet",
    )
    if look.answers is None and kind.query(check) is not None:
        return mine.model_copy(update={"dry_run": check.dry_run}) if mine is not None else plain
    evidence = kind.folded(check, mine.evidence if mine is not None else (), look)
    answer, why = kind.answer(check, evidence, look, bounds)
    return plain.model_copy(update={"verdict": answer.value, "why": why, "evidence": evidence})


def _joined(whys: list[str]) -> str:
    unique = dict.fromkeys(why.partition(": ")[2] for why in whys)
    return whys[0] if len(unique) > 1 or len(whys) == 1 else next(iter(unique))


def _threshold(spec: AnalysisSpec, check: Check) -> float:
    """Return ln(1/α) of a check that compares, with its part of the declared α; else infinity."""
    mine = kind_of(check).alarm_parts
    if not mine:
        return math.inf
    shared = sum(kind_of(other).alarm_parts for other in spec.checks if not other.dry_run)
    alpha = float(Decimal(str(spec.false_alarm_percent))) / 100 * mine / max(mine, shared)
    return math.log(1 / alpha)


def _spread(known: Dispersion | None) -> Spread:
    if known is None:
        return Spread()
    return Spread(known.intervals, known.requests, known.errors, known.squares_millionths)


def _split(known: Dispersion | None) -> Spread:
    split = known.split if known is not None else None
    if split is None:
        return Spread()
    return Spread(split.intervals, split.failures, split.of_canary, split.squares_millionths)
