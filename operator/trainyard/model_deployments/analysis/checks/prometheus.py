"""The check `prometheus`: a query of the user with absolute bounds."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.queries import QueryAnswer, judged


class PrometheusKind:
    """See CheckKind; the evidence is how many bad values came in a row."""

    name = "prometheus"
    version = 1
    alarm_parts = 0

    def query(self, check: Check) -> str | None:
        """See CheckKind.query."""
        return check.prometheus.query if check.prometheus is not None else None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:
        """See CheckKind.folded: a value that is no evidence changes nothing."""
        bad = evidence[0] if evidence else 0
        after = {Answer.FAIL: bad + 1, Answer.PASS: 0}
        return (after.get(_now(check, look)[0], bad),)

    def answer(
        self,
        check: Check,
        evidence: Evidence,
        look: Look,
        bounds: Bounds,  # noqa: ARG002 — CheckKind
    ) -> tuple[Answer, str]:
        """See CheckKind.answer."""
        answer, why = _now(check, look)
        limit = check.prometheus.failure_limit if check.prometheus is not None else 1
        if answer is Answer.FAIL and evidence[0] < limit:
            return Answer.NO_EVIDENCE, f"{why} ({evidence[0]} of {limit} in a row)"
        return answer, why


def _now(check: Check, look: Look) -> tuple[Answer, str]:
    """Return what the newest value alone says."""
    if check.prometheus is None:
        return Answer.NO_EVIDENCE, "no query"
    answers = look.answers or {}
    return judged(answers.get(check.name, QueryAnswer(None, "not asked")), check.prometheus)
