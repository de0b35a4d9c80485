"""How are measured numbers compared? Exactly, as decimals."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def number(text: str | None) -> Decimal | None:
    """Return the finite number that the text says, or None."""
    try:
        found = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def shown(value: Decimal) -> str:
    """Return the number with at most six significant digits and no trailing zeros."""
    text = f"{value:.6g}"
    if "e" in text or "E" in text or "." not in text:
        return text
    return text.rstrip("0").rstrip(".")
