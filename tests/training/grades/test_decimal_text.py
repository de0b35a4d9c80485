"""How numbers are written where floats are not allowed."""

from __future__ import annotations

import pytest

from trainer.grades.decimal_text import decimal_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.9736842105, "0.973684", id="six significant digits"),
        pytest.param(1.0, "1", id="a whole number has no point"),
        pytest.param(0.5, "0.5", id="no zeros at the end"),
        pytest.param(1.23456789e-7, "0.000000123457", id="small without exponent"),
        pytest.param(123456789.0, "123457000", id="large without exponent"),
        pytest.param(100.0, "100", id="zeros before the point stay"),
        pytest.param(-0.0, "0", id="no minus zero"),
        pytest.param(-2.5, "-2.5", id="negative"),
    ],
)
def test_decimal_text(value: float, expected: str) -> None:
    """A decimal string as the API has them."""
    assert expected == decimal_text(value)


def test_not_finite() -> None:
    """NaN is not written."""
    with pytest.raises(ValueError, match="not a finite number"):
        decimal_text(float("nan"))
