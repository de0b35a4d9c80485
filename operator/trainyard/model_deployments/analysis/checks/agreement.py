"""The check `agreement`: the same answers to recorded inputs, and to live requests.

Both are asked of what there is: one that says Fail is enough, else one that says Pass. The recorded
inputs are what was known when the model was trained, the live requests what users ask now.
"""

from __future__ import annotations

from decimal import Decimal

from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rehearsal import AgreementCheck
from trainyard.model_deployments.analysis.agreement import agreement, agreement_so_far
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look
from trainyard.model_deployments.analysis.evidence import Answer

ALPHA = 0.01
"""No part of the declared false alarms of the checks that compare counters."""


class AgreementKind:
    """See CheckKind; the evidence is how many rows agree, and how many both answered."""

    name = "agreement"
    version = 1
    alarm_parts = 0

    def query(self, check: Check) -> str | None:  # noqa: ARG002 — CheckKind
        """See CheckKind.query."""
        return None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:  # noqa: ARG002
        """See CheckKind.folded: a rehearsal has one result, and pairs stand in the rollout."""
        found = look.rehearsal
        return (found.agreed, found.both_answered) if found is not None else evidence

    def answer(
        self, check: Check, evidence: Evidence, look: Look, bounds: Bounds
    ) -> tuple[Answer, str]:
        """See CheckKind.answer."""
        said: list[tuple[Answer, str]] = []
        if check.agreement is not None and evidence and evidence[1]:
            said.append(answer_of(check.agreement, *evidence))
        if check.agreement is not None and look.pairs is not None:
            said.append(_live(check.agreement, look.pairs, bounds.samples.wanted))
        if not said:
            why = look.rehearsal.why if look.rehearsal is not None else ""
            found = "no recorded row was answered by both, and no live request was copied"
            return Answer.NO_EVIDENCE, f"{found}; {why}".rstrip("; ")
        answers = {answer for answer, _ in said}
        for answer in (Answer.FAIL, Answer.PASS):
            if answer in answers:
                return answer, "; ".join(why for each, why in said if each is answer)
        return Answer.NO_EVIDENCE, "; ".join(why for _, why in said)


def answer_of(check: AgreementCheck, agreed: int, rows: int) -> tuple[Answer, str]:
    """Return what so many agreeing rows say, and a sentence."""
    found = agreement(agreed, rows, _share(check), ALPHA)
    shown = f"{agreed} of {rows} answers agree, {check.min_percent} % are wanted"
    if found is Answer.NO_EVIDENCE:
        return found, f"{shown}: more rows (analysis.rehearsal.rows) or a person can tell"
    return found, shown


def _live(check: AgreementCheck, found: AnswerPairs, wanted: int) -> tuple[Answer, str]:
    """Return what pairs of answers say; that every answer agrees no number of them proves, so
    with minPercent 100 as many are enough as a step needs requests.
    """
    share, between = _share(check), found.agreed_percent
    if between is None:
        why = found.why or "no request yet was answered by both, or none came with an id"
        return Answer.NO_EVIDENCE, f"no pair of live answers: {why}"
    answer = agreement_so_far(found.agreed, found.pairs, share, ALPHA)
    if share >= 1 and answer is Answer.NO_EVIDENCE and found.pairs >= wanted:
        answer = Answer.PASS
    shown = (
        f"{found.agreed} of {found.pairs} live answers agree, so of all {between.low} to"
        f" {between.high} %; {check.min_percent} % are wanted"
    )
    return answer, f"{shown}: more requests can tell" if answer is Answer.NO_EVIDENCE else shown


def _share(check: AgreementCheck) -> float:
    return float(Decimal(str(check.min_percent))) / 100
