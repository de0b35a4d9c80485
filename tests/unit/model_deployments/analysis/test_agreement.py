"""Whether two versions answer alike."""

from __future__ import annotations

import random

import pytest

from trainyard.model_deployments.analysis.agreement import agreement
from trainyard.model_deployments.analysis.evidence import Answer


@pytest.mark.parametrize(
    ("agreed", "rows", "wanted", "answer"),
    [
        pytest.param(0, 0, 0.98, Answer.NO_EVIDENCE, id="no rows"),
        pytest.param(100, 100, 0.98, Answer.NO_EVIDENCE, id="all of too few"),
        pytest.param(1000, 1000, 0.98, Answer.PASS, id="all of many"),
        pytest.param(990, 1000, 0.98, Answer.NO_EVIDENCE, id="too near to say"),
        pytest.param(9900, 10000, 0.98, Answer.PASS, id="the same share of more"),
        pytest.param(980, 1000, 0.98, Answer.NO_EVIDENCE, id="exactly the share"),
        pytest.param(960, 1000, 0.98, Answer.FAIL, id="clearly less"),
        pytest.param(8, 10, 0.98, Answer.NO_EVIDENCE, id="two of ten may be chance"),
        pytest.param(5, 10, 0.98, Answer.FAIL, id="five of ten are not"),
        pytest.param(1000, 1000, 1.0, Answer.PASS, id="every answer, and all are"),
        pytest.param(999, 1000, 1.0, Answer.FAIL, id="every answer, and one is not"),
        pytest.param(3, 1000, 0.0, Answer.PASS, id="nothing is asked"),
    ],
)
def test_what_so_many_rows_say(agreed: int, rows: int, wanted: float, answer: Answer) -> None:
    """Pass and Fail only where chance explains neither."""
    assert answer is agreement(agreed, rows, wanted, 0.01)


@pytest.mark.parametrize("wanted", [0.5, 0.9, 0.98])
def test_at_the_border_each_answer_is_as_rare_as_declared(wanted: float) -> None:
    """A share of exactly what is asked for neither passes nor fails, with a fixed seed."""
    chance = random.Random(11)
    found = [
        agreement(sum(chance.random() < wanted for _ in range(400)), 400, wanted, 0.01)
        for _ in range(500)
    ]
    assert found.count(Answer.PASS) <= 12
    assert found.count(Answer.FAIL) <= 12
