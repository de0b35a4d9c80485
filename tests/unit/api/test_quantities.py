"""Quantities are numbers, whatever form they are written in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from trainyard.api.quantities import number_of


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        pytest.param("500m", Decimal("0.5"), id="thousandths"),
        pytest.param("2", Decimal(2), id="a plain number"),
        pytest.param(2, Decimal(2), id="no text at all"),
        pytest.param("1Gi", Decimal(1 << 30), id="a binary suffix"),
        pytest.param("2Ki", Decimal(2048), id="the smallest binary suffix"),
        pytest.param("1G", Decimal(10**9), id="a decimal suffix"),
        pytest.param("1e3", Decimal(1000), id="an exponent"),
        pytest.param("1.2.3", None, id="two points"),
        pytest.param("much", None, id="a word"),
        pytest.param(True, None, id="an answer"),
    ],
)
def test_a_quantity_is_a_number(quantity: Any, number: Decimal | None) -> None:
    """As the API server reads it."""
    assert number == number_of(quantity)
