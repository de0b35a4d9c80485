"""Which verdict stands."""

from __future__ import annotations

from datetime import timedelta

from builders_training import NOW, a_model_version, digest

from trainyard.api.gates import Gate, GateKind
from trainyard.api.v1alpha1.model_version import Evaluation, GateOutcome, GateReport
from trainyard.model_versions.conditions import (
    accepted_finding,
    columns,
    report,
    with_verdict,
)
from trainyard.verdicts import Question, question_of, standing


def _report(name: str, outcome: GateOutcome, message: str) -> GateReport:
    return GateReport(name=name, kind=GateKind.BOUND, outcome=outcome, message=message)


PASSED = _report("good", GateOutcome.PASSED, "accuracy 0.9 ≥ 0.8")
FAILED = _report("small", GateOutcome.FAILED, "rmse 4 > 3.9")
PENDING = _report("better", GateOutcome.PENDING, "not measured")


def _question(champion: str) -> Question:
    return Question(digest(champion), digest("9"), digest("d"))


def test_one_failed_gate_refuses() -> None:
    """Whatever the others say."""
    (good,) = with_verdict((), _question("a"), (PASSED,), NOW)
    (bad,) = with_verdict((), _question("a"), (PASSED, FAILED), NOW)
    assert (good.accepted, bad.accepted) == (True, False)


def test_a_question_that_comes_back_stands_last_with_its_old_time() -> None:
    """Nothing was decided anew."""
    later = NOW + timedelta(hours=1)
    found: tuple[Evaluation, ...] = ()
    for champion in "aba":
        found = with_verdict(found, _question(champion), (PASSED,), later if found else NOW)
    assert [question_of(evaluation) for evaluation in found] == [_question("b"), _question("a")]
    newest = standing(found)
    assert newest is not None
    assert newest.at == NOW


def test_five_verdicts_are_kept() -> None:
    """Statuses are bounded."""
    found: tuple[Evaluation, ...] = ()
    for champion in "0123456":
        found = with_verdict(found, _question(champion), (PASSED,), NOW)
    assert len(found) == 5
    assert standing(()) is None


def test_the_report_begins_with_what_failed() -> None:
    """That is what the reader looks for."""
    assert report((PENDING, PASSED, FAILED)) == (
        "small failed: rmse 4 > 3.9; good: accuracy 0.9 ≥ 0.8; better pending: not measured"
    )
    (bad,) = with_verdict((), _question("a"), (PASSED, FAILED), NOW)
    assert accepted_finding(bad).reason == "GateFailed"


def test_columns_show_the_metrics_that_gates_ask_about_first() -> None:
    """At most three."""
    metrics = {"a": "1", "b": "2", "rmse": "4.00", "z": "3"}
    gate = Gate.model_validate({"name": "g", "metric": "rmse", "max": "5"})
    (verdict,) = with_verdict((), _question("a"), (PASSED, FAILED), NOW)
    found = columns(a_model_version(metrics=metrics), (gate,), verdict, "why")
    assert (found.metrics, found.gates, found.why) == ("rmse 4, a 1, b 2", "1/2", "why")
