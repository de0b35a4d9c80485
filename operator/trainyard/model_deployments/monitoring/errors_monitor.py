"""The monitor `againstPrevious`: does the stable version fail more than the one before it?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis import errors
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import (
    Answer,
    Counts,
    ErrorWindow,
    Interval,
    Reading,
)
from trainyard.model_deployments.monitoring.monitor import (
    Level,
    MonitorAnswer,
    in_a_row,
    level_of,
    named,
)


@dataclass(frozen=True, slots=True)
class ErrorsMonitor:
    """See Monitor: the statistics are those of the check `errors`, with two differences.

    The version before answers no requests any more: it is represented by what it did while this
    one was tried beside it. And each window is judged alone, because with every further look at
    the same counts chance would get another try.
    """

    interval: timedelta
    failure_limit: int
    max_ratio: float
    min_requests: int
    false_alarm_percent: float
    before: Dispersion | None
    """How often the version before failed; None: nothing was counted of it."""
    signal: SignalKind = SignalKind.ERRORS

    @property
    def measure(self) -> str:
        """See Monitor.measure."""
        return named("againstPrevious", self.max_ratio)

    def wanted(self, state: MonitorState | None, now: datetime) -> ErrorWindow:  # noqa: ARG002
        """See Monitor.wanted: who is asked knows whether a window is over."""
        return ErrorWindow(self.interval, self.min_requests)

    def again(self, state: MonitorState, now: datetime, *, answered: bool) -> datetime:  # noqa: ARG002
        """See Monitor.again."""
        return now + self.interval

    def folded(self, state: MonitorState, answer: MonitorAnswer, now: datetime) -> MonitorState:
        """See Monitor.folded."""
        if not isinstance(answer, Reading):
            return state
        return in_a_row(state, *self._judged(answer), self.failure_limit, now)

    def level(self, state: MonitorState) -> Level:
        """See Monitor.level."""
        return level_of(state, self.failure_limit)

    def _judged(self, reading: Reading) -> tuple[Answer, str]:
        old = self.before
        if reading.interval is None:
            return Answer.NO_EVIDENCE, reading.why
        if old is None or not old.requests:
            return Answer.NO_EVIDENCE, "nothing was counted of a version before this one"
        now = reading.interval.stable
        both = Interval(stable=Counts(old.requests, old.errors), canary=now, edges=())
        evidence = errors.with_interval(errors.ErrorEvidence(), both, self.max_ratio)
        known = Spread(old.intervals, old.requests, old.errors, old.squares_millionths)
        limit = math.log(100 / self.false_alarm_percent)
        before = f"the version before {old.errors} of {old.requests}"
        shown = f"failed {now.errors} of {now.requests}, {before}"
        if errors.log_e_value(evidence, known) >= limit:
            return Answer.FAIL, shown
        if now.requests < self.min_requests:
            few = f"{now.requests} requests were counted, {self.min_requests} are needed"
            return Answer.NO_EVIDENCE, few
        return Answer.PASS, shown
