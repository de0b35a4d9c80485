"""What all checks say together."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.model_deployment import AnalysisSpec
from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis.checks.kind import Look, Samples
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.analysis.verdict import Verdict, judge, learnt

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


@pytest.mark.parametrize(
    ("checks", "limit"),
    [
        pytest.param((), "4.7", id="failures have nine tenths of 1 % beside latency"),
        pytest.param((ERRORS,), "4.6", id="alone they have all of it"),
        pytest.param((ERRORS, ERRORS | {"name": "again"}), "5.3", id="two of a kind halve it"),
        pytest.param((ERRORS, QUERY), "4.6", id="a query takes no part"),
        pytest.param(
            (ERRORS, {"name": "latency", "latency": {}, "dryRun": True}), "4.6", id="nor a dry run"
        ),
    ],
)
def test_checks_that_compare_share_the_declared_false_alarms(
    checks: tuple[dict[str, Any], ...], limit: str
) -> None:
    """By parts that add up to it; the limit is told where it is passed."""
    found = verdict(spec(*checks), Look(BAD), ENOUGH)
    assert f"limit e^{limit})" in found.why


@pytest.mark.parametrize(
    ("analysis", "look", "why"),
    [
        pytest.param(
            spec(ERRORS, QUERY),
            Look(GOOD, answers={"refunds": QueryAnswer(3.0)}),
            "all checks pass"
            " (errors: failed 0 of 100, stable 2 of 900; refunds: 3 is within bounds)",
            id="each that passes says why",
        ),
        pytest.param(spec(ERRORS | {"dryRun": True}), Look(BAD), "no checks", id="none counts"),
        pytest.param(spec(QUERY), Look(), "refunds: not asked yet", id="one says its name"),
        pytest.param(
            spec(QUERY, QUERY | {"name": "b"}),
            Look(answers={"refunds": QueryAnswer(None, "t: x"), "b": QueryAnswer(None, "t: x")}),
            "t: x",
            id="what all say is said once",
        ),
        pytest.param(
            spec(QUERY, QUERY | {"name": "b"}),
            Look(answers={"refunds": QueryAnswer(None, "t: x"), "b": QueryAnswer(None, "u: x")}),
            "refunds: t: x",
            id="of several the first",
        ),
    ],
)
def test_the_sentence(analysis: AnalysisSpec, look: Look, why: str) -> None:
    """It stands in WHY."""
    assert why == verdict(analysis, look).why


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


def test_what_is_learnt_of_bursts_serves_the_next_rollout() -> None:
    """And fades after very many intervals."""
    checks = verdict(spec(), Look(GOOD)).checks
    once = learnt(None, checks)
    assert once is not None
    found = (once.intervals, once.requests, once.errors, once.squares_millionths)
    assert (1, 900, 2, 4444) == found
    full = learnt(once.model_copy(update={"intervals": 479}), checks)
    assert full is not None
    assert 480 == full.intervals
    many = learnt(once.model_copy(update={"intervals": 500}), checks)
    assert many is not None
    assert 250 == many.intervals
    assert once == learnt(once, ())


@pytest.mark.parametrize(
    ("known", "evidence"),
    [
        pytest.param(None, "e^21.1", id="nothing is known"),
        pytest.param(
            Dispersion(intervals=400, requests=360_000, errors=800, squares_millionths=3_555_556),
            "e^43.7",
            id="failures come in bursts of two",
        ),
        pytest.param(
            Dispersion(intervals=400, requests=360_000, errors=800, squares_millionths=1_000_000),
            "e^89.7",
            id="they come one by one",
        ),
    ],
)
def test_what_is_known_of_bursts_weighs_what_failed(
    known: Dispersion | None, evidence: str
) -> None:
    """The more often failures come together, the less each of them says."""
    assert evidence in judge(spec(ERRORS), (), Look(BAD), ENOUGH, known).why


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({"kind": "latency"}, id="of another kind"),
        pytest.param({"version": 1}, id="of an earlier form"),
        pytest.param({"version": 3}, id="of a later form"),
        pytest.param({"kind": ""}, id="without a tag"),
    ],
)
def test_evidence_that_cannot_be_read_is_dropped(stored: dict[str, Any]) -> None:
    """It counts as none, however many integers it has; a check may change its kind."""
    failing = verdict(spec(ERRORS), Look(BAD))
    (kept,) = failing.checks
    assert ("errors", 2) == (kept.kind, kept.version)
    other = (kept.model_copy(update=stored),)
    found = verdict(spec(ERRORS), Look(None), FEW, before=other)
    assert Answer.NO_EVIDENCE is found.answer
    assert verdict(spec(ERRORS), Look(None), FEW).checks == found.checks
    assert learnt(None, other) is None
    assert Answer.FAIL is verdict(spec(ERRORS), Look(None), FEW, before=failing.checks).answer


def test_a_query_that_is_not_asked_this_time_keeps_its_verdict() -> None:
    """Only what it decides may change."""
    first = verdict(spec(QUERY), Look(answers={"refunds": QueryAnswer(3.0)}))
    again = verdict(spec(QUERY | {"dryRun": True}), Look(), before=first.checks)
    assert [(c.verdict, c.why, True) for c in first.checks] == [
        (c.verdict, c.why, c.dry_run) for c in again.checks
    ]
    assert "not asked yet" in verdict(spec(QUERY), Look()).why
