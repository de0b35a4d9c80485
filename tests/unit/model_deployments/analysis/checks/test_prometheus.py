"""The check `prometheus`."""

from __future__ import annotations

import pytest

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples
from trainyard.model_deployments.analysis.checks.prometheus import PrometheusKind
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.queries import QueryAnswer

KIND = PrometheusKind()
CHECK = Check.model_validate(
    {"name": "refunds", "prometheus": {"query": "x", "max": "5", "failureLimit": 2}}
)
BOUNDS = Bounds(Samples(0, 0, 300), threshold=4.6, known=Spread())


@pytest.mark.parametrize(
    ("before", "value", "after", "answer", "why"),
    [
        pytest.param((), 9.0, (1,), Answer.NO_EVIDENCE, "1 of 2 in a row", id="bad once"),
        pytest.param((1,), 9.0, (2,), Answer.FAIL, "9 is above 5", id="bad again"),
        pytest.param((1,), 3.0, (0,), Answer.PASS, "within bounds", id="good again"),
        pytest.param((1,), None, (1,), Answer.NO_EVIDENCE, "no number", id="no evidence"),
    ],
)
def test_bad_values_in_a_row_are_counted(
    before: tuple[int, ...], value: float | None, after: tuple[int, ...], answer: Answer, why: str
) -> None:
    """What is no evidence changes nothing, and no number of requests is needed."""
    look = Look(answers={"refunds": QueryAnswer(value, "" if value is not None else "no number")})
    assert after == KIND.folded(CHECK, before, look)
    found = KIND.answer(CHECK, after, look, BOUNDS)
    assert (answer, True) == (found[0], why in found[1]), found[1]


def test_what_is_asked_is_the_users_query() -> None:
    """Of another kind of check nothing is asked, and nothing comes of it."""
    other = Check.model_validate({"name": "refunds", "errors": {}})
    assert ("x", None) == (KIND.query(CHECK), KIND.query(other))
    look = Look(answers={"refunds": QueryAnswer(9.0)})
    assert (Answer.NO_EVIDENCE, "no query") == KIND.answer(other, (1,), look, BOUNDS)
    for unasked in (Look(), Look(answers={"other": QueryAnswer(9.0)})):
        assert (Answer.NO_EVIDENCE, "not asked") == KIND.answer(CHECK, (1,), unasked, BOUNDS)
