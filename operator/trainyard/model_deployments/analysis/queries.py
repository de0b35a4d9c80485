"""The user's own queries: what is filled in, and what one answer says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds
from trainyard.model_deployments.analysis.evidence import Answer

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_VARIABLE = re.compile(r"\$\((\w+)\)")


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a query gave: one finite number, or why there is none."""

    value: float | None
    why: str = ""


def filled_in(query: str, values: Mapping[str, str]) -> str:
    """Return the query with `$(name)` replaced; every value must be a DNS label.

    Raises ValueError naming a variable that is unknown or a value that is not a DNS label, so
    that nothing but names ever gets into a query.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            known = ", ".join(f"$({known})" for known in sorted(values))
            raise ValueError(f"$({name}) in the query is unknown; there are {known}")
        if not _LABEL.fullmatch(values[name]):
            raise ValueError(f"$({name}) would be {values[name]!r}, which is not a DNS label")
        return values[name]

    return _VARIABLE.sub(replaced, query)


def judged(answer: QueryAnswer, bounds: PrometheusBounds) -> tuple[Answer, str]:
    """Return whether the value is within the bounds, and a sentence with both."""
    value = answer.value
    if value is None or not math.isfinite(value):
        return Answer.NO_EVIDENCE, answer.why or f"the query gave {value}"
    shown = f"{value:.6g}"
    if bounds.min is not None and Decimal(repr(value)) < _decimal(bounds.min):
        return Answer.FAIL, f"{shown} is below {bounds.min}"
    if bounds.max is not None and Decimal(repr(value)) > _decimal(bounds.max):
        return Answer.FAIL, f"{shown} is above {bounds.max}"
    return Answer.PASS, f"{shown} is within bounds"


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # the API server only lets numbers through
        return Decimal("NaN")
