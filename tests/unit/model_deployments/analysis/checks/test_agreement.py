"""The check `agreement`."""

from __future__ import annotations

import pytest
from builders_serving import NOW

from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rehearsal import AgreementCheck, Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.analysis.answer_pairs import PairReading, with_pairs
from trainyard.model_deployments.analysis.checks.agreement import AgreementKind
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer

CHECK = Check(name="answers", agreement=AgreementCheck(min_percent=95))
BOUNDS = Bounds(Samples(0, 0, 300), 4.6, Spread())


def rehearsed(agreed: int, rows: int) -> Look:
    """Return a look after a rehearsal of which so many rows agree."""
    found = Rehearsal(name="r", phase=TaskPhase.SUCCEEDED, queued_at=NOW, why="a sentence")
    return Look(rehearsal=found.model_copy(update={"agreed": agreed, "both_answered": rows}))


def paired(agreed: int, pairs: int, rehearsal: Look | None = None, why: str = "") -> Look:
    """Return a look after so many pairs of live answers of which so many agree."""
    before = AnswerPairs(pairs=pairs, agreed=agreed)
    found = with_pairs(before, PairReading(why=why), 0.0)
    return Look(pairs=found, rehearsal=rehearsal.rehearsal if rehearsal else None)


@pytest.mark.parametrize(
    ("look", "answer", "part"),
    [
        pytest.param(Look(), Answer.NO_EVIDENCE, "no recorded row", id="no rehearsal"),
        pytest.param(rehearsed(0, 0), Answer.NO_EVIDENCE, "a sentence", id="one without answers"),
        pytest.param(rehearsed(990, 1000), Answer.PASS, "990 of 1000 answers agree", id="alike"),
        pytest.param(rehearsed(900, 1000), Answer.FAIL, "95 % are wanted", id="unlike"),
        pytest.param(rehearsed(950, 1000), Answer.NO_EVIDENCE, "more rows", id="who knows"),
        pytest.param(paired(0, 0), Answer.NO_EVIDENCE, "none came with an id", id="no pair yet"),
        pytest.param(
            paired(0, 0, why="pod a: gone"), Answer.NO_EVIDENCE, "pod a: gone", id="pages unread"
        ),
        pytest.param(paired(990, 1000), Answer.PASS, "990 of 1000 live answers", id="live alike"),
        pytest.param(paired(900, 1000), Answer.FAIL, "of all 8", id="live unlike"),
        pytest.param(paired(95, 100), Answer.NO_EVIDENCE, "more requests", id="live, who knows"),
        pytest.param(
            paired(900, 1000, rehearsed(990, 1000)), Answer.FAIL, "live", id="unlike today alone"
        ),
        pytest.param(
            paired(990, 1000, rehearsed(900, 1000)), Answer.FAIL, "900 of 1000 answers", id="before"
        ),
        pytest.param(
            paired(95, 100, rehearsed(990, 1000)), Answer.PASS, "990 of 1000", id="rehearsed well"
        ),
        pytest.param(
            paired(95, 100, rehearsed(95, 100)), Answer.NO_EVIDENCE, "rehearsal.rows", id="neither"
        ),
    ],
)
def test_what_it_answers(look: Look, answer: Answer, part: str) -> None:
    """One that says Fail is enough, else one that says Pass."""
    kind = AgreementKind()
    found, why = kind.answer(CHECK, kind.folded(CHECK, (), look), look, BOUNDS)
    assert (answer, True) == (found, part in why), why
    assert not kind.alarm_parts
    assert kind.query(CHECK) is None


def test_the_result_stays_when_it_is_not_looked_at_again() -> None:
    """It is part of the evidence."""
    assert (9, 10) == AgreementKind().folded(CHECK, (9, 10), Look())


@pytest.mark.parametrize(
    ("agreed", "pairs", "answer"),
    [(299, 299, Answer.NO_EVIDENCE), (300, 300, Answer.PASS), (299, 300, Answer.FAIL)],
)
def test_every_answer_is_wanted(agreed: int, pairs: int, answer: Answer) -> None:
    """No number of pairs proves it: as many are enough as a step needs requests."""
    check = Check(name="answers", agreement=AgreementCheck(min_percent=100))
    assert answer is AgreementKind().answer(check, (), paired(agreed, pairs), BOUNDS)[0]
