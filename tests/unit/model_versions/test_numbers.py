"""Exact numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trainyard.model_versions.numbers import number, shown


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
    ],
)
def test_numbers_are_shown_short(value: str, expected: str) -> None:
    """As in reports."""
    assert expected == shown(Decimal(value))
