"""The monitor `prometheus`: a query about the stable version with absolute bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis.queries import QueryAnswer, judged
from trainyard.model_deployments.monitoring.monitor import (
    Level,
    MonitorAnswer,
    in_a_row,
    level_of,
    named,
)


@dataclass(frozen=True, slots=True)
class QueryMonitor:
    """See Monitor: so many bad values in a row raise the signal, as many good ones clear it."""

    signal: SignalKind
    bounds: PrometheusBounds
    interval: timedelta
    """How often it asks."""
    failure_limit: int

    @property
    def measure(self) -> str:
        """See Monitor.measure."""
        bounds = self.bounds
        return named("query", bounds.query, bounds.min, bounds.max)

    def wanted(self, state: MonitorState | None, now: datetime) -> str | None:
        """See Monitor.wanted."""
        is_due = state is None or now >= state.asked_at + self.interval
        return self.bounds.query if is_due else None

    def again(self, state: MonitorState, now: datetime, *, answered: bool) -> datetime:
        """See Monitor.again."""
        return (now if answered else state.asked_at) + self.interval

    def folded(self, state: MonitorState, answer: MonitorAnswer, now: datetime) -> MonitorState:
        """See Monitor.folded: the status of a service that stays well is never written again."""
        if not isinstance(answer, QueryAnswer):
            return state
        return in_a_row(state, *judged(answer, self.bounds), self.failure_limit, now)

    def level(self, state: MonitorState) -> Level:
        """See Monitor.level."""
        return level_of(state, self.failure_limit)
