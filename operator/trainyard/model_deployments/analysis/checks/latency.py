"""The check `latency`: how long answers take, against the stable version."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.model_deployments.analysis import latency
from trainyard.model_deployments.analysis.checks.comparing import compared
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look
from trainyard.model_deployments.analysis.evidence import Answer


class LatencyKind:
    """See CheckKind."""

    name = "latency"
    version = 1
    alarm_parts = 1

    def query(self, check: Check) -> str | None:  # noqa: ARG002 — CheckKind
        """See CheckKind.query."""
        return None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:
        """See CheckKind.folded."""
        found = latency.unfolded(evidence)
        if look.interval is not None:
            found = latency.with_interval(found, look.interval, 1 + _increase(check) / 100)
        return found.folded()

    def answer(
        self, check: Check, evidence: Evidence, look: Look, bounds: Bounds
    ) -> tuple[Answer, str]:
        """See CheckKind.answer: the first interval only says what to expect."""
        found = latency.unfolded(evidence)
        log_e = latency.log_e_value(found)
        slower = "slower" if log_e >= bounds.threshold else "not slower"
        shown = f"{slower} than the stable version by more than {_increase(check)} %"
        answer, why = compared(log_e, shown, look, bounds)
        if answer is Answer.PASS and found.intervals < latency.LEAST_INTERVALS:
            why = f"latencies of {found.intervals} intervals counted, two are needed to compare"
            return Answer.NO_EVIDENCE, why
        return answer, why


def _increase(check: Check) -> int:
    return check.latency.max_increase_percent if check.latency is not None else 0
