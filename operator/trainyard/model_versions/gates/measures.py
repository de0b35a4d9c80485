"""Has what a gate asks for been measured on the test rows?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trainyard.api.measures import Measured, MeasureRequest
from trainyard.model_versions.gates.comparison import number
from trainyard.model_versions.gates.judgement import Judgement, failed, pending


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured, and its value as a number."""

    measured: Measured
    value: Decimal


def measured_value(
    what: str, request: MeasureRequest | None, measures: Mapping[str, Measured]
) -> Found | Judgement:
    """Return what was measured, or what the gate says without it: a gate fails for lack of it."""
    found = measures.get(request.key) if request is not None else None
    if found is None:
        return pending(f"{what} is not measured on these test rows so far")
    value = number(found.value)
    if value is None:
        return failed(f"{what} was not measured: {found.why or found.value}")
    return Found(found, value)


def with_note(said: Judgement, note: str) -> Judgement:
    """Return the same answer with a note in brackets."""
    return Judgement(said.outcome, f"{said.message} ({note})") if note else said
