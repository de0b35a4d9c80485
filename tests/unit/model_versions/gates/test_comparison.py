"""Exact comparisons."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trainyard.api.gates import Direction
from trainyard.model_versions.gates.comparison import compared, not_measured, number, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.10", Decimal("0.10"), id="a decimal"),
        pytest.param("1e-3", Decimal("0.001"), id="an exponent"),
        pytest.param("NaN", None, id="not a number"),
        pytest.param("-Infinity", None, id="not finite"),
        pytest.param("four", None, id="a word"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_number_is_finite_or_none(text: str | None, expected: Decimal | None) -> None:
    """What is no finite number never passes a comparison."""
    assert expected == number(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0.9736842105", "0.973684", id="six digits"),
        pytest.param("3.90", "3.9", id="no trailing zeros"),
        pytest.param("100", "100", id="zeros that count"),
        pytest.param("1.000", "1", id="no trailing point"),
        pytest.param("0.00000012", "1.2e-7", id="very small"),
        pytest.param("1234567.8", "1.23457e+6", id="very large"),
        pytest.param("1.20e-9", "1.20e-9", id="zeros before an exponent"),
        pytest.param("1.5e10", "1.5e+10", id="zeros of an exponent"),
    ],
)
def test_numbers_are_shown_short(value: str, expected: str) -> None:
    """As in reports."""
    assert expected == shown(Decimal(value))


@pytest.mark.parametrize(
    ("direction", "value", "outcome", "message"),
    [
        pytest.param(Direction.HIGHER, "2", "Passed", "m 2 ≥ the bound", id="on the bound"),
        pytest.param(Direction.HIGHER, "1.9", "Failed", "m 1.9 < the bound", id="below"),
        pytest.param(Direction.LOWER, "2", "Passed", "m 2 ≤ the bound", id="on it from above"),
        pytest.param(Direction.LOWER, "2.1", "Failed", "m 2.1 > the bound", id="above"),
    ],
)
def test_a_value_is_compared(direction: Direction, value: str, outcome: str, message: str) -> None:
    """The bound itself is kept."""
    found = compared("m", Decimal(value), direction, Decimal(2), "the bound")
    assert (outcome, message) == (found.outcome, found.message)


def test_a_metric_that_is_missing_names_those_that_are_there() -> None:
    """At most eight."""
    found = not_measured("auc", {f"m{number}": "1" for number in range(9)})
    assert found.message.endswith("measured were: m0, m1, m2, m3, m4, m5, m6, m7")
    assert not_measured("auc", {}).message.endswith("measured were: none")
