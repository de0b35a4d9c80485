"""How does a measured value compare with a bound? Exactly, as decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from trainyard.api.gates import Direction
from trainyard.model_versions.gates.judgement import Judgement, failed, passed

_METRICS_NAMED = 8
_SIGNS = {(True, True): "≥", (True, False): "<", (False, True): "≤", (False, False): ">"}
"""(higher is better, passed) → how value and bound compare."""


def compared(
    metric: str, value: Decimal, direction: Direction, bound: Decimal, text: str
) -> Judgement:
    """Return whether the value keeps the bound; `text` is the bound in words."""
    higher = direction is Direction.HIGHER
    kept = value >= bound if higher else value <= bound
    message = f"{metric} {shown(value)} {_SIGNS[higher, kept]} {text}"
    return passed(message) if kept else failed(message)


def not_measured(metric: str, metrics: Mapping[str, str]) -> Judgement:
    """Return that a gate asks about a metric that nobody measured."""
    known = ", ".join(sorted(metrics)[:_METRICS_NAMED]) or "none"
    return failed(f"{metric} was not measured; measured were: {known}")


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
    if "e" in text or "." not in text:
        return text
    return text.rstrip("0").rstrip(".")
