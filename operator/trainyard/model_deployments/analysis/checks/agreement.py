"""The check `agreement`: the same answers to recorded inputs."""

from __future__ import annotations

from decimal import Decimal

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rehearsal import AgreementCheck
from trainyard.model_deployments.analysis.agreement import agreement
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look
from trainyard.model_deployments.analysis.evidence import Answer

ALPHA = 0.01
"""The rows are asked once, so that no later look takes part in this bound."""


class AgreementKind:
    """See CheckKind; the evidence is how many rows agree, and how many both answered."""

    name = "agreement"
    version = 1
    alarm_parts = 0

    def query(self, check: Check) -> str | None:  # noqa: ARG002 — CheckKind
        """See CheckKind.query."""
        return None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:  # noqa: ARG002
        """See CheckKind.folded: a rehearsal has one result."""
        found = look.rehearsal
        return (found.agreed, found.both_answered) if found is not None else evidence

    def answer(
        self,
        check: Check,
        evidence: Evidence,
        look: Look,
        bounds: Bounds,  # noqa: ARG002 — CheckKind
    ) -> tuple[Answer, str]:
        """See CheckKind.answer."""
        if check.agreement is None or not evidence or not evidence[1]:
            why = look.rehearsal.why if look.rehearsal is not None else ""
            return Answer.NO_EVIDENCE, f"no recorded row was answered by both; {why}".rstrip("; ")
        return answer_of(check.agreement, *evidence)


def answer_of(check: AgreementCheck, agreed: int, rows: int) -> tuple[Answer, str]:
    """Return what so many agreeing rows say, and a sentence."""
    found = agreement(agreed, rows, float(Decimal(str(check.min_percent))) / 100, ALPHA)
    shown = f"{agreed} of {rows} answers agree, {check.min_percent} % are wanted"
    if found is Answer.NO_EVIDENCE:
        return found, f"{shown}: more rows (analysis.rehearsal.rows) or a person can tell"
    return found, shown
