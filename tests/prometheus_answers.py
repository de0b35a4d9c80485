"""What Prometheus answers, for tests."""

from __future__ import annotations

from datetime import datetime

from trainyard.clients.prometheus import QueryResult, ResultType, Series


def one_number(value: float, at: datetime) -> QueryResult:
    """Return the answer to a query that has one number at one time."""
    return QueryResult(ResultType.VECTOR, (Series({}, ((at, value),)),))
