"""Whether two versions answer alike."""

from __future__ import annotations

import random

import pytest

from trainyard.model_deployments.analysis.agreement import (
    agreement,
    agreement_so_far,
    share_so_far,
)
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


@pytest.mark.parametrize(
    ("agreed", "pairs", "wanted", "answer"),
    [
        pytest.param(0, 0, 0.98, Answer.NO_EVIDENCE, id="no pairs"),
        pytest.param(300, 300, 0.98, Answer.NO_EVIDENCE, id="all of too few"),
        pytest.param(350, 350, 0.98, Answer.PASS, id="all of enough"),
        pytest.param(980, 1000, 0.98, Answer.NO_EVIDENCE, id="exactly the share"),
        pytest.param(940, 1000, 0.98, Answer.FAIL, id="clearly less"),
        pytest.param(985_000, 1_000_000, 0.98, Answer.PASS, id="a little more, of very many"),
        pytest.param(3, 5, 0.98, Answer.NO_EVIDENCE, id="two of five may be chance"),
        pytest.param(0, 10, 0.98, Answer.FAIL, id="none of ten is not"),
        pytest.param(10_000, 10_000, 1.0, Answer.NO_EVIDENCE, id="every answer cannot be proven"),
        pytest.param(9_999, 10_000, 1.0, Answer.FAIL, id="every answer, and one is not"),
        pytest.param(3, 1000, 0.0, Answer.PASS, id="nothing is asked"),
        pytest.param(0, 1000, 0.5, Answer.FAIL, id="none at all"),
    ],
)
def test_what_pairs_say_that_keep_coming(
    agreed: int, pairs: int, wanted: float, answer: Answer
) -> None:
    """Pass and Fail only where chance explains neither, however often one looks."""
    assert answer is agreement_so_far(agreed, pairs, wanted, 0.01)


@pytest.mark.parametrize("wanted", [0.5, 0.95])
def test_at_the_border_each_answer_is_rare_in_all_looks_together(wanted: float) -> None:
    """A share of exactly what is asked for, looked at a hundred times in each of 300 rollouts."""
    chance = random.Random(5)
    ever: list[Answer] = []
    for _ in range(300):
        agreed, found = 0, set[Answer]()
        for look in range(1, 101):
            agreed += sum(chance.random() < wanted for _ in range(10))
            found.add(agreement_so_far(agreed, 10 * look, wanted, 0.01))
        ever += found
    assert 300 == ever.count(Answer.NO_EVIDENCE)
    assert ever.count(Answer.PASS) <= 8  # 3 are expected at most; more than 8 in one of 300 tests
    assert ever.count(Answer.FAIL) <= 8


@pytest.mark.parametrize(("agreed", "pairs"), [(0, 10), (7, 10), (10, 10), (950, 1000)])
def test_the_bounds_of_the_share_are_where_the_answer_changes(agreed: int, pairs: int) -> None:
    """So that whoever reads them comes to the same answer."""
    low, high = share_so_far(agreed, pairs, 0.01)
    assert 0 <= low <= agreed / pairs <= high <= 1
    if low:
        assert Answer.PASS is agreement_so_far(agreed, pairs, low - 1e-5, 0.01)
        assert Answer.PASS is not agreement_so_far(agreed, pairs, low + 1e-5, 0.01)
    if high < 1:
        assert Answer.FAIL is agreement_so_far(agreed, pairs, high + 1e-5, 0.01)
        assert Answer.FAIL is not agreement_so_far(agreed, pairs, high - 1e-5, 0.01)
