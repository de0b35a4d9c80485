"""What all checks say together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec
from trainyard.api.v1alpha1.model_deployment_status import CheckState
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.analysis.verdict import (
    Look,
    Samples,
    Verdict,
    compares,
    judge,
    learnt,
)

EDGES = ("1", "2", "+Inf")
GOOD = Interval(Counts(900, 2, (800, 900, 900)), Counts(100, 0, (90, 100, 100)), EDGES)
BAD = Interval(Counts(900, 2, (800, 900, 900)), Counts(100, 50, (90, 100, 100)), EDGES)
ENOUGH = Samples(stable=900, canary=300, wanted=300)
FEW = Samples(stable=900, canary=41, wanted=300)


def spec(*checks: dict[str, Any]) -> AnalysisSpec:
    """Return an analysis with these checks, or the default ones."""
    return AnalysisSpec.model_validate({"checks": list(checks)} if checks else {})


def verdict(
    analysis: AnalysisSpec,
    look: Look,
    samples: Samples = ENOUGH,
    before: tuple[CheckState, ...] = (),
) -> Verdict:
    """Return the verdict after this look."""
    return judge(analysis, before, look, samples, None)


QUERY = {"name": "refunds", "prometheus": {"query": "x", "max": "5", "failureLimit": 2}}
ERRORS = {"name": "errors", "errors": {}}


@pytest.mark.parametrize(
    ("analysis", "look", "samples", "answer", "why"),
    [
        pytest.param(
            spec(ERRORS), Look(GOOD), ENOUGH, Answer.PASS, "all checks pass", id="healthy"
        ),
        pytest.param(
            spec(), Look(GOOD), ENOUGH, Answer.NO_EVIDENCE, "of 1 intervals", id="one look"
        ),
        pytest.param(spec(), Look(GOOD), FEW, Answer.NO_EVIDENCE, "41 of 300 requests", id="few"),
        pytest.param(spec(), Look(BAD), FEW, Answer.FAIL, "failed 50 of 100", id="failing"),
        pytest.param(
            spec(), Look(None, "no answer"), FEW, Answer.NO_EVIDENCE, "no answer", id="blind"
        ),
        pytest.param(
            spec({"name": "latency", "latency": {}}),
            Look(Interval(Counts(900, 2), Counts(100, 0), ())),
            ENOUGH,
            Answer.NO_EVIDENCE,
            "of 0 intervals",
            id="a server that shows no latency",
        ),
        pytest.param(
            spec(ERRORS | {"dryRun": True}), Look(BAD), ENOUGH, Answer.PASS, "no checks", id="dry"
        ),
        pytest.param(
            spec(QUERY),
            Look(answers={"refunds": QueryAnswer(3.0)}),
            FEW,
            Answer.PASS,
            "all checks pass",
            id="a query needs no requests",
        ),
        pytest.param(
            spec(QUERY),
            Look(answers={"refunds": QueryAnswer(9.0)}),
            ENOUGH,
            Answer.NO_EVIDENCE,
            "1 of 2 in a row",
            id="one bad value is not enough",
        ),
        pytest.param(
            spec(QUERY),
            Look(answers={"refunds": QueryAnswer(None, "timeout")}),
            ENOUGH,
            Answer.NO_EVIDENCE,
            "timeout",
            id="an unanswered query",
        ),
        pytest.param(
            spec(ERRORS, QUERY),
            Look(BAD, answers={"refunds": QueryAnswer(None, "timeout")}),
            ENOUGH,
            Answer.FAIL,
            "errors",
            id="one failure outweighs a missing answer",
        ),
    ],
)
def test_the_three_answers(
    analysis: AnalysisSpec, look: Look, samples: Samples, answer: Answer, why: str
) -> None:
    """FAIL if one check fails, PASS if all pass, else NO_EVIDENCE; each with a sentence."""
    found = verdict(analysis, look, samples)
    assert (answer, True) == (found.answer, why in found.why), found.why


def test_bad_values_in_a_row_fail_and_a_gap_does_not_reset_them() -> None:
    """What is no evidence changes nothing."""
    analysis = spec(QUERY)
    first = verdict(analysis, Look(answers={"refunds": QueryAnswer(9.0)}))
    gap = verdict(
        analysis, Look(answers={"refunds": QueryAnswer(None, "NaN")}), before=first.checks
    )
    last = verdict(analysis, Look(answers={"refunds": QueryAnswer(9.0)}), before=gap.checks)
    good = verdict(analysis, Look(answers={"refunds": QueryAnswer(1.0)}), before=gap.checks)
    assert (Answer.NO_EVIDENCE, Answer.FAIL) == (gap.answer, last.answer)
    assert (0,) == good.checks[0].evidence


def test_a_pass_without_a_look_keeps_what_was_said() -> None:
    """Passes between two looks change no evidence."""
    first = verdict(spec(), Look(GOOD), before=verdict(spec(), Look(GOOD)).checks)
    again = verdict(spec(), Look(None), before=first.checks)
    assert [c.evidence for c in first.checks] == [c.evidence for c in again.checks]
    assert Answer.PASS is again.answer


def test_the_bound_is_shared_by_the_checks_that_compare() -> None:
    """Two checks at one percent together have half a percent each."""
    alone = verdict(spec(ERRORS), Look(BAD)).why
    shared = verdict(spec(), Look(BAD)).why
    assert "limit e^4.6" in alone
    assert "limit e^5.3" in shared


def test_what_is_learnt_of_bursts_serves_the_next_rollout() -> None:
    """And fades after very many intervals."""
    checks = verdict(spec(), Look(GOOD)).checks
    once = learnt(None, checks)
    assert once is not None
    assert (1, 900, 2) == (once.intervals, once.requests, once.errors)
    many = learnt(once.model_copy(update={"intervals": 500}), checks)
    assert many is not None
    assert 250 == many.intervals
    assert once == learnt(once, ())


def test_queries_alone_need_no_counters() -> None:
    """So no pod is asked."""
    assert not compares(spec(QUERY))
    assert compares(spec())
    assert replace(ENOUGH, canary=1).canary == 1
