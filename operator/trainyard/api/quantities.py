"""What number does a quantity in Kubernetes' notation mean?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

_QUANTITY = re.compile(r"^([+-]?[0-9.]+)([numkKMGTPE]i?|[eE][+-]?[0-9]+)?$")
_EXPONENTS = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SUFFIXES = {
    **{suffix: Decimal(10) ** exponent for suffix, exponent in _EXPONENTS.items()},
    **{f"{suffix}i": Decimal(1024) ** (i + 1) for i, suffix in enumerate("KMGTPE")},
}


def number_of(quantity: Any) -> Decimal | None:
    """Return the number, or None where it is no quantity: "500m" is a half, "1Ki" 1024."""
    match = _QUANTITY.match(str(quantity))
    if isinstance(quantity, bool) or match is None:
        return None
    digits, suffix = match.groups()
    try:
        if suffix in _SUFFIXES:
            return Decimal(digits) * _SUFFIXES[suffix]
        return Decimal(digits + (suffix or ""))
    except ArithmeticError:
        return None
