"""What all checks of a rollout say together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec, Check
from trainyard.api.v1alpha1.model_deployment_status import CheckState, Dispersion
from trainyard.model_deployments.analysis import errors, latency
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer, Interval
from trainyard.model_deployments.analysis.queries import QueryAnswer, judged


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought in."""

    interval: Interval | None = None
    why: str = ""
    """Why there is no interval."""
    answers: Mapping[str, QueryAnswer] | None = None
    """Answers to the users' queries by check; None: they were not asked this time."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How many requests of the present step are counted, with this look."""

    stable: int
    canary: int
    wanted: int


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

    The bound on false alarms is shared by the checks that compare; dry runs take no part.
    """
    old = {state.name: state for state in before}
    judge_ = _Judge(look, samples, _threshold(spec), _spread(known))
    states = tuple(judge_.state(check, old.get(check.name)) for check in spec.checks)
    counted = tuple(state for state in states if not state.dry_run)
    for answer in (Answer.FAIL, Answer.NO_EVIDENCE):
        whys = [f"{s.name}: {s.why}" for s in counted if s.verdict == answer.value]
        if whys:
            return Verdict(answer, _joined(whys), states)
    passed = "; ".join(f"{state.name}: {state.why}" for state in counted)
    return Verdict(Answer.PASS, f"all checks pass ({passed})" if counted else "no checks", states)


def compares(spec: AnalysisSpec) -> bool:
    """Tell whether a check needs the counters of both versions."""
    return any(check.prometheus is None for check in spec.checks)


def learnt(known: Dispersion | None, checks: tuple[CheckState, ...]) -> Dispersion | None:
    """Return what is known of bursts after a rollout with these checks."""
    found = max(
        (errors.unfolded(state.evidence).stable for state in checks),
        key=lambda spread: spread.intervals,
        default=Spread(),
    )
    if not found.intervals:
        return known
    spread = found.joined(_spread(known))
    if spread.intervals > _REMEMBERED:
        spread = spread.halved()
    intervals, requests, failed, squares = spread.folded()
    return Dispersion(
        intervals=intervals, requests=requests, errors=failed, squares_millionths=squares
    )


_REMEMBERED = 480
"""More intervals than these are kept at half weight, so that the past fades."""


def _joined(whys: list[str]) -> str:
    unique = dict.fromkeys(why.partition(": ")[2] for why in whys)
    return whys[0] if len(unique) > 1 or len(whys) == 1 else next(iter(unique))


def _threshold(spec: AnalysisSpec) -> float:
    """Return ln(1/α) of each comparing check."""
    sharing = sum(1 for c in spec.checks if c.prometheus is None and not c.dry_run)
    alpha = float(Decimal(str(spec.false_alarm_percent))) / 100 / max(1, sharing)
    return math.log(1 / alpha)


def _spread(known: Dispersion | None) -> Spread:
    if known is None:
        return Spread()
    return Spread(known.intervals, known.requests, known.errors, known.squares_millionths)


@dataclass(frozen=True, slots=True)
class _Judge:
    look: Look
    samples: Samples
    threshold: float
    known: Spread

    def state(self, check: Check, before: CheckState | None) -> CheckState:
        evidence = before.evidence if before is not None else ()
        if check.errors is not None:
            answer, why, evidence = self._errors(float(check.errors.max_ratio), evidence)
        elif check.latency is not None:
            tolerance = 1 + check.latency.max_increase_percent / 100
            answer, why, evidence = self._latency(tolerance, evidence)
        else:
            answer, why, evidence = self._query(check, before)
        return CheckState(
            name=check.name,
            verdict=answer.value,
            why=why,
            dry_run=check.dry_run,
            evidence=evidence,
        )

    def _errors(
        self, tolerance: float, before: tuple[int, ...]
    ) -> tuple[Answer, str, tuple[int, ...]]:
        evidence = errors.unfolded(before)
        if self.look.interval is not None:
            evidence = errors.with_interval(evidence, self.look.interval, tolerance)
        log_e = errors.log_e_value(evidence, self.known)
        c, s = evidence.canary, evidence.stable
        shown = f"failed {c.errors} of {c.requests}, stable {s.errors} of {s.requests}"
        return *self._compared(log_e, shown), evidence.folded()

    def _latency(
        self, tolerance: float, before: tuple[int, ...]
    ) -> tuple[Answer, str, tuple[int, ...]]:
        evidence = latency.unfolded(before)
        if self.look.interval is not None:
            evidence = latency.with_interval(evidence, self.look.interval, tolerance)
        log_e = latency.log_e_value(evidence)
        slower = "slower" if log_e >= self.threshold else "not slower"
        shown = f"{slower} than the stable version by more than {round(100 * tolerance - 100)} %"
        answer, why = self._compared(log_e, shown)
        if answer is Answer.PASS and evidence.intervals < latency.LEAST_INTERVALS:
            why = f"latencies of {evidence.intervals} intervals counted, two are needed to compare"
            answer = Answer.NO_EVIDENCE
        return answer, why, evidence.folded()

    def _compared(self, log_e: float, shown: str) -> tuple[Answer, str]:
        if log_e >= self.threshold:
            return Answer.FAIL, f"{shown} (evidence e^{log_e:.1f}, limit e^{self.threshold:.1f})"
        fewest = min(self.samples.canary, self.samples.stable)
        if fewest < self.samples.wanted:
            missing = f"{fewest} of {self.samples.wanted} requests"
            return Answer.NO_EVIDENCE, f"{missing}, {self.look.why}".removesuffix(", ")
        return Answer.PASS, shown

    def _query(
        self, check: Check, before: CheckState | None
    ) -> tuple[Answer, str, tuple[int, ...]]:
        """Evidence is (bad values in a row,); a value that is no evidence changes nothing."""
        bad = before.evidence[0] if before is not None and len(before.evidence) == 1 else 0
        if self.look.answers is None or check.prometheus is None:
            was = Answer(before.verdict) if before is not None else Answer.NO_EVIDENCE
            return was, before.why if before is not None else "not asked yet", (bad,)
        answer, why = judged(
            self.look.answers.get(check.name, QueryAnswer(None, "not asked")), check.prometheus
        )
        if answer is Answer.FAIL:
            bad += 1
            if bad < check.prometheus.failure_limit:
                limit = check.prometheus.failure_limit
                return Answer.NO_EVIDENCE, f"{why} ({bad} of {limit} in a row)", (bad,)
        elif answer is Answer.PASS:
            bad = 0
        return answer, why, (bad,)
