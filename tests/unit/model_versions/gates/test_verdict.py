"""What all gates say together."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate, GateKind
from trainyard.api.v1alpha1.model_version import GateOutcome, GateReport
from trainyard.model_versions.gates.judgement import ChampionEvidence, Evidence
from trainyard.model_versions.gates.verdict import is_accepted, is_settled, judge

GOOD = Gate.model_validate({"name": "good", "metric": "rmse", "max": "5"})
BETTER = Gate.model_validate({"name": "better", "metric": "rmse", "againstChampion": {}})


def test_each_gate_is_judged_by_its_kind() -> None:
    """In the order in which they are declared."""
    reports = judge((BETTER, GOOD), Evidence({"rmse": "4"}))
    assert [(r.name, r.kind, r.outcome) for r in reports] == [
        ("better", GateKind.CHAMPION, GateOutcome.PENDING),
        ("good", GateKind.BOUND, GateOutcome.PASSED),
    ]


def test_what_a_gate_says_is_cut_where_it_is_long() -> None:
    """A report has room for a sentence or two."""
    champion = ChampionEvidence(error="x" * 500)
    (report,) = judge((BETTER,), Evidence({"rmse": "4"}, champion))
    assert 256 == len(report.message)
    assert report.message.endswith("x…")


def _reports(*outcomes: GateOutcome) -> tuple[GateReport, ...]:
    return tuple(
        GateReport(name="g", kind=GateKind.BOUND, outcome=outcome, message="")
        for outcome in outcomes
    )


@pytest.mark.parametrize(
    ("outcomes", "settled", "accepted"),
    [
        pytest.param((), True, True, id="no gates: accepted"),
        pytest.param((GateOutcome.PASSED,), True, True, id="all passed"),
        pytest.param((GateOutcome.PASSED, GateOutcome.PENDING), False, False, id="one is pending"),
        pytest.param(
            (GateOutcome.FAILED, GateOutcome.PENDING), True, False, id="one failed: nothing is left"
        ),
    ],
)
def test_a_verdict(outcomes: tuple[GateOutcome, ...], settled: bool, accepted: bool) -> None:
    """One failure is enough, and an acceptance needs all."""
    reports = _reports(*outcomes)
    assert (settled, accepted) == (is_settled(reports), is_accepted(reports))
