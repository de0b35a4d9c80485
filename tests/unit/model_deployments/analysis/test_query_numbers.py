"""One present number, or why it is no evidence."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from builders_serving import NOW

from trainyard.clients.prometheus import QueryResult, ResultType, Series
from trainyard.model_deployments.analysis.query_numbers import number_of


def one(value: float = 0.5, seconds: float = 0) -> Series:
    """Return a series with one sample, so long after the evaluation time."""
    return Series({}, ((NOW + timedelta(seconds=seconds), value),))


def vector(*series: Series) -> QueryResult:
    """Return the result of an instant query."""
    return QueryResult(ResultType.VECTOR, series)


@pytest.mark.parametrize(
    ("result", "value"),
    [
        pytest.param(vector(one()), 0.5, id="one series"),
        pytest.param(QueryResult(ResultType.SCALAR, (one(2.0),)), 2.0, id="a scalar"),
        pytest.param(vector(one(0.0)), 0.0, id="zero is a number"),
        pytest.param(vector(one(seconds=-300)), 0.5, id="as old as Prometheus accepts"),
        pytest.param(vector(one(seconds=5)), 0.5, id="clocks that differ a little"),
    ],
)
def test_one_present_number_is_an_answer(result: QueryResult, value: float) -> None:
    """Whether it is a scalar or the only element of a vector."""
    assert (value, "") == (number_of(result, NOW).value, number_of(result, NOW).why)


@pytest.mark.parametrize(
    ("result", "why"),
    [
        pytest.param(vector(), "gives nothing, expected one number", id="an empty answer"),
        pytest.param(vector(one(), one()), "gives 2 series, expected one", id="several series"),
        pytest.param(
            QueryResult(ResultType.MATRIX, (one(),)), "a range of samples", id="a range of one"
        ),
        pytest.param(
            QueryResult(ResultType.MATRIX, (Series({}, ()),)), "a range of", id="an empty range"
        ),
        pytest.param(vector(one(math.nan)), "gives nan", id="not a number"),
        pytest.param(vector(one(math.inf)), "gives inf", id="infinite"),
        pytest.param(vector(one(-math.inf)), "gives -inf", id="infinitely small"),
        pytest.param(vector(one(seconds=-3600)), "the sample is 3600 s old", id="an hour old"),
        pytest.param(vector(one(seconds=-301)), "the sample is 301 s old", id="just too old"),
        pytest.param(vector(one(seconds=3600)), "is 3600 s ahead of the", id="an hour ahead"),
        pytest.param(vector(one(seconds=6)), "is 6 s ahead of the", id="just too far ahead"),
    ],
)
def test_anything_else_is_no_evidence(result: QueryResult, why: str) -> None:
    """With what came instead; of several series none is picked."""
    found = number_of(result, NOW)
    assert None is found.value
    assert why in found.why
