"""The users' own queries."""

from __future__ import annotations

import pytest

from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.queries import QueryAnswer, filled_in, judged

VALUES = {"revision": "tumours-0123456789", "namespace": "team"}


def test_names_are_filled_in_and_other_text_stays() -> None:
    """Also where a name stands twice."""
    query = 'sum(x{r="$(revision)",n="$(namespace)"}) / $(revision) $HOME'
    filled = 'sum(x{r="tumours-0123456789",n="team"}) / tumours-0123456789 $HOME'
    assert filled == filled_in(query, VALUES)


@pytest.mark.parametrize(
    ("query", "values", "part"),
    [
        pytest.param("$(pod)", VALUES, "unknown", id="a name that there is not"),
        pytest.param("$(revision)", {"revision": 'a"} or up{x="'}, "not a DNS label", id="quotes"),
        pytest.param("$(revision)", {"revision": ""}, "not a DNS label", id="nothing"),
    ],
)
def test_nothing_but_names_gets_into_a_query(query: str, values: dict[str, str], part: str) -> None:
    """The message says what was wrong."""
    with pytest.raises(ValueError, match=part):
        filled_in(query, values)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        pytest.param(0.5, Answer.PASS, id="within"),
        pytest.param(0.1, Answer.PASS, id="at the lower bound, as written"),
        pytest.param(0.9, Answer.PASS, id="at the upper bound"),
        pytest.param(0.05, Answer.FAIL, id="below"),
        pytest.param(1.0, Answer.FAIL, id="above"),
        pytest.param(float("nan"), Answer.NO_EVIDENCE, id="not a number"),
        pytest.param(float("inf"), Answer.NO_EVIDENCE, id="infinite"),
        pytest.param(None, Answer.NO_EVIDENCE, id="no value"),
    ],
)
def test_a_value_is_judged_by_its_bounds(value: float | None, answer: Answer) -> None:
    """Only a finite number passes or fails."""
    bounds = PrometheusBounds(query="x", min="0.1", max="0.9")
    found, why = judged(QueryAnswer(value), bounds)
    assert answer is found
    assert why
