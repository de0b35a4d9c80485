"""The check `agreement`."""

from __future__ import annotations

import pytest
from builders_serving import NOW

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rehearsal import AgreementCheck, Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
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


@pytest.mark.parametrize(
    ("look", "answer", "part"),
    [
        pytest.param(Look(), Answer.NO_EVIDENCE, "no recorded row", id="no rehearsal"),
        pytest.param(rehearsed(0, 0), Answer.NO_EVIDENCE, "a sentence", id="one without answers"),
        pytest.param(rehearsed(990, 1000), Answer.PASS, "990 of 1000 answers agree", id="alike"),
        pytest.param(rehearsed(900, 1000), Answer.FAIL, "95 % are wanted", id="unlike"),
        pytest.param(rehearsed(950, 1000), Answer.NO_EVIDENCE, "more rows", id="who knows"),
    ],
)
def test_what_it_answers(look: Look, answer: Answer, part: str) -> None:
    """From the rehearsal alone: no live request is compared."""
    kind = AgreementKind()
    found, why = kind.answer(CHECK, kind.folded(CHECK, (), look), look, BOUNDS)
    assert (answer, True) == (found, part in why), why
    assert not kind.alarm_parts
    assert kind.query(CHECK) is None


def test_the_result_stays_when_it_is_not_looked_at_again() -> None:
    """It is part of the evidence."""
    assert (9, 10) == AgreementKind().folded(CHECK, (9, 10), Look())
