"""What one version did in the last minutes: windows that are long enough to say something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trainyard.model_deployments.analysis.counters import CounterQuestion, MetricSource
from trainyard.model_deployments.analysis.evidence import ErrorWindow, Reading

LONGEST = timedelta(minutes=10)
"""A window ends after this, however few requests it has."""
FORGOTTEN_AFTER = timedelta(hours=2)


@dataclass(slots=True)
class _Begun:
    """A window that goes on."""

    revision: str
    since: datetime
    """Counters up to here were judged."""
    looked_at: datetime


class ErrorWindows:
    """Remembers where the window of each deployment began.

    In memory: after the operator started again a window begins, and that is all that is lost.
    """

    def __init__(self, counters: MetricSource) -> None:
        self._counters = counters
        self._begun: dict[tuple[str, str], _Begun] = {}

    async def read(
        self, question: CounterQuestion, window: ErrorWindow, now: datetime
    ) -> Reading | None:
        """Return what the window holds, of the stable arm; None: it is not over yet."""
        for key, old in list(self._begun.items()):
            if old.looked_at < now - FORGOTTEN_AFTER:
                del self._begun[key]
        begun = self._begun.get((question.namespace, question.deployment))
        if begun is None or begun.revision != question.arms.stable:
            return await self._begin(question, now)
        if now < begun.looked_at + window.step:
            return None
        begun.looked_at = now
        reading = await self._counters.read(replace(question, since=begun.since, anchor=None))
        if reading.observed_until is None:
            return reading
        is_short = reading.observed_until - begun.since < LONGEST
        few = reading.interval is not None and reading.interval.stable.requests
        if few is not False and few < window.min_requests and is_short:
            return None
        begun.since = reading.observed_until
        return reading

    async def _begin(self, question: CounterQuestion, now: datetime) -> Reading:
        reading = await self._counters.read(replace(question, since=None, anchor=None))
        if reading.observed_until is not None:
            key = question.namespace, question.deployment
            self._begun[key] = _Begun(question.arms.stable, reading.observed_until, now)
        return replace(reading, interval=None)
