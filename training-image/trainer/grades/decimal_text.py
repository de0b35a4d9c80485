"""How is a number written where floats are not allowed?"""

from __future__ import annotations

from decimal import Decimal


def decimal_text(value: float) -> str:
    """The number as a decimal string of at most 6 significant digits, without exponent.

    Raises ValueError for NaN and infinities.
    """
    number = Decimal(f"{value:.6g}")
    if not number.is_finite():
        raise ValueError(f"{value} is not a finite number")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
