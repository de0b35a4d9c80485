"""What does it say that both versions answered the same recorded rows?

Each row that only one version answers is a coin toss between two equal versions: the one-sided
sign test. So is each row for which the new one needs much longer. The bound on false alarms is a
hundredth of that of the live checks, which stays as declared with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec
from trainyard.api.v1alpha1.rehearsal import AgreementCheck, Rehearsal
from trainyard.model_deployments.analysis.checks.agreement import answer_of
from trainyard.model_deployments.analysis.checks.kinds import kind_of
from trainyard.model_deployments.analysis.evidence import Answer

SHARE = 100
MUCH_SLOWER_PERCENT = 100
"""A few rows on one pod say nothing of a smaller increase."""


def slower_percent(spec: AnalysisSpec) -> int:
    """Return how much longer the new version may need for a row, in percent."""
    allowed = [c.latency.max_increase_percent for c in spec.checks if c.latency is not None]
    return max([MUCH_SLOWER_PERCENT, *allowed])


def rehearsed(spec: AnalysisSpec, before: Rehearsal, result: Mapping[str, Any]) -> Rehearsal:
    """Return the rehearsal with its result and verdict. Raises KeyError, TypeError, ValueError on
    a document of another shape.
    """
    rows, both = int(result["rows"]), int(result["bothAnswered"])
    failed, stable_failed = int(result["canaryFailed"]), int(result["stableFailed"])
    slower, agreed = int(result["slower"]), int(result["agreed"])
    alpha = float(Decimal(str(spec.false_alarm_percent))) / 100 / SHARE / 2
    answer = Answer.PASS if both else Answer.NO_EVIDENCE
    is_slow = _judges_latency(spec) and _chance(slower, both) <= alpha
    if is_slow or _chance(failed, failed + stable_failed) <= alpha:
        answer = Answer.FAIL
    alike = [answer_of(check, agreed, both) for check in _agreements(spec)]
    unlike = [why for said, why in alike if said is Answer.FAIL]
    if unlike:
        answer = Answer.FAIL
    milliseconds = [int(result[f"{arm}Microseconds"]) / 1000 for arm in ("canary", "stable")]
    why = (
        f"of {rows} recorded rows it failed {failed} that the stable version answered, and answered"
        f" {stable_failed} that that one failed; {agreed} of {both} answers agree; it takes"
        f" {milliseconds[0]:.3g} ms, the stable version {milliseconds[1]:.3g} ms, and much longer"
        f" for {slower} rows"
    )
    why = "; ".join([*unlike, why])
    found = {
        "rows": rows,
        "both_answered": both,
        "failed": failed,
        "stable_failed": stable_failed,
        "slower": slower,
    }
    return before.model_copy(
        update={**found, "agreed": agreed, "verdict": answer.value, "why": why}
    )


def _agreements(spec: AnalysisSpec) -> list[AgreementCheck]:
    return [c.agreement for c in spec.checks if c.agreement is not None and not c.dry_run]


def tolerance_percent(spec: AnalysisSpec) -> str:
    """Return by how much of themselves numbers may differ that agree, in percent."""
    declared = [str(c.agreement.tolerance_percent) for c in spec.checks if c.agreement is not None]
    return min(declared, key=Decimal, default=str(AgreementCheck().tolerance_percent))


def _judges_latency(spec: AnalysisSpec) -> bool:
    return any(kind_of(c).name == "latency" and not c.dry_run for c in spec.checks)


def _chance(heads: int, tosses: int) -> float:
    """Return the chance of so many heads or more; 1 without a toss."""
    more, ways = 0, math.comb(tosses, heads)
    for k in range(heads, tosses + 1):
        more += ways
        ways = ways * (tosses - k) // (k + 1)  # `comb` of the next, in thousandths of its time
    return float(Fraction(more, 2**tosses))
