"""Which verdict stands, and what do the conditions and columns of a ModelVersion say about it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from trainyard.api.gates import Gate
from trainyard.api.v1alpha1.model_version import (
    Evaluation,
    GateOutcome,
    GateReport,
    ModelVersion,
    ModelVersionReason,
    VersionSummary,
)
from trainyard.conditions import Finding, in_column
from trainyard.model_versions.gates.comparison import number, shown
from trainyard.model_versions.gates.verdict import is_accepted
from trainyard.verdicts import Question, question_of

EVALUATIONS_KEPT = 5
_METRICS_SHOWN = 3
_SAID = {GateOutcome.FAILED: " failed", GateOutcome.PASSED: "", GateOutcome.PENDING: " pending"}


def with_verdict(
    evaluations: Sequence[Evaluation],
    question: Question,
    reports: Iterable[GateReport],
    at: datetime,
) -> tuple[Evaluation, ...]:
    """Return the evaluations with the verdict on this question last.

    A verdict that was given before on the same question keeps its time: nothing was decided anew.
    """
    before = next((e for e in evaluations if question_of(e) == question), None)
    gates = tuple(reports)
    verdict = Evaluation(
        champion=question.champion,
        gates_digest=question.gates_digest,
        dataset_digest=question.dataset_digest,
        at=before.at if before is not None else at,
        accepted=is_accepted(gates),
        gates=gates,
    )
    others = (e for e in evaluations if question_of(e) != question)
    return (*others, verdict)[-EVALUATIONS_KEPT:]


def accepted_finding(evaluation: Evaluation) -> Finding:
    """Return the condition Accepted with the gate report."""
    if not evaluation.gates:
        reason, text = ModelVersionReason.NO_GATES, "the TrainingJob has no gates"
    else:
        reason = (
            ModelVersionReason.GATES_PASSED
            if evaluation.accepted
            else ModelVersionReason.GATE_FAILED
        )
        text = report(evaluation.gates)
    return Finding("Accepted", status=evaluation.accepted, reason=reason, message=text)


def report(gates: Sequence[GateReport]) -> str:
    """Return the gate report in words: what failed first."""
    order = (GateOutcome.FAILED, GateOutcome.PASSED, GateOutcome.PENDING)
    ranked = sorted(gates, key=lambda gate: order.index(gate.outcome))
    return "; ".join(f"{gate.name}{_SAID[gate.outcome]}: {gate.message}" for gate in ranked)


def columns(
    version: ModelVersion, gates: Sequence[Gate], evaluation: Evaluation | None, why: str
) -> VersionSummary:
    """Return the short texts for `kubectl get`: the metrics that gates ask about come first."""
    metrics = version.spec.metrics or {}
    asked = [gate.metric for gate in gates if gate.metric and gate.metric in metrics]
    names = list(dict.fromkeys([*asked, *sorted(metrics)]))[:_METRICS_SHOWN]
    return VersionSummary(
        metrics=", ".join(f"{name} {_short(metrics, name)}" for name in names)[:256],
        gates=_passed(evaluation),
        why=in_column(why),
    )


def _passed(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return ""
    passed = sum(gate.outcome is GateOutcome.PASSED for gate in evaluation.gates)
    return f"{passed}/{len(evaluation.gates)}"


def _short(metrics: Mapping[str, str], name: str) -> str:
    value = number(metrics[name])
    return shown(value) if value is not None else metrics[name]
