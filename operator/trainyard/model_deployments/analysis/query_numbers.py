"""What a user's query gave: exactly one present number, or why it is no evidence."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from trainyard.clients.prometheus import QueryResult, ResultType
from trainyard.model_deployments.analysis.queries import QueryAnswer

STALE_AFTER = timedelta(minutes=5)
"""As far back as Prometheus itself looks for a sample."""
AHEAD = timedelta(seconds=5)
"""Clocks may differ by this much."""


def number_of(result: QueryResult, at: datetime) -> QueryAnswer:
    """Return the number, given that the query was to be evaluated at this time."""
    if result.type is ResultType.MATRIX:
        why = (
            "the query gives a range of samples, expected one number: use avg_over_time() or rate()"
        )
        return QueryAnswer(None, why)
    if len(result.series) != 1:
        found = f"{len(result.series)} series" if result.series else "nothing"
        advice = ": sum() or max() make one of them" if result.series else ""
        return QueryAnswer(None, f"the query gives {found}, expected one number{advice}")
    moment, value = result.series[0].samples[0]
    if not math.isfinite(value):
        return QueryAnswer(None, f"the query gives {value}, expected a finite number")
    if moment < at - STALE_AFTER:
        return QueryAnswer(None, f"the sample is {(at - moment).total_seconds():.0f} s old")
    if moment > at + AHEAD:
        why = f"the sample is {(moment - at).total_seconds():.0f} s ahead of the operator's clock"
        return QueryAnswer(None, why)
    return QueryAnswer(value)
