"""Windows are as long as they must be, and no request is judged twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders_serving import NOW

from trainyard.model_deployments.analysis.counters import CounterQuestion
from trainyard.model_deployments.analysis.error_windows import LONGEST, ErrorWindows
from trainyard.model_deployments.analysis.evidence import (
    Arms,
    Counts,
    ErrorWindow,
    Interval,
    Reading,
)
from trainyard.model_deployments.analysis.samples import SERVER

WINDOW = ErrorWindow(timedelta(minutes=1), min_requests=300)


@dataclass(slots=True)
class Counting:
    """Counters that rise by so many requests a second."""

    per_second: int = 10
    now: datetime = NOW
    blind: bool = False
    spans: list[tuple[datetime | None, datetime]] = field(default_factory=list)

    async def read(self, question: CounterQuestion) -> Reading:
        """See MetricSource."""
        self.spans.append((question.since, self.now))
        if self.blind:
            return Reading(None, None, "no answer")
        if question.since is None:
            return Reading(self.now, None, "counting begins")
        seconds = int((self.now - question.since).total_seconds())
        counts = Counts(self.per_second * seconds, 0)
        return Reading(self.now, Interval(stable=counts, canary=counts, edges=()))


async def look(
    windows: ErrorWindows, counting: Counting, seconds: int, revision: str = "r"
) -> int | str | None:
    """Let time pass, look, and return the requests of the window that ended, or why there is none.

    None: it goes on.
    """
    counting.now += timedelta(seconds=seconds)
    arms = Arms(stable=revision, canary=revision)
    question = CounterQuestion("models", "wine", SERVER, arms, (), since=None)
    found = await windows.read(question, WINDOW, counting.now)
    if found is None:
        return None
    return found.why if found.interval is None else found.interval.stable.requests


async def test_a_busy_service_is_judged_each_minute() -> None:
    """And what was judged is over."""
    counting = Counting()
    windows = ErrorWindows(counting)
    assert "counting begins" == await look(windows, counting, 0)
    assert [None, 600, None, 600] == [await look(windows, counting, 30) for _ in range(4)]
    assert counting.spans[-2][1] == counting.spans[-1][0]


async def test_minutes_of_a_quiet_one_are_joined() -> None:
    """Until there are enough requests, or ten minutes are over."""
    counting = Counting(per_second=2)
    windows = ErrorWindows(counting)
    await look(windows, counting, 0)
    assert [None, None, 360] == [await look(windows, counting, 60) for _ in range(3)]
    counting.per_second = 0
    minutes = int(LONGEST.total_seconds() // 60)
    found = [await look(windows, counting, 60) for _ in range(minutes)]
    assert [*[None] * (minutes - 1), 0] == found


async def test_what_cannot_be_read_is_read_later() -> None:
    """The window goes on, and nothing in it is lost."""
    counting = Counting()
    windows = ErrorWindows(counting)
    await look(windows, counting, 0)
    counting.blind = True
    assert "no answer" == await look(windows, counting, 60)
    counting.blind = False
    assert 1200 == await look(windows, counting, 60)


async def test_another_revision_begins_anew() -> None:
    """Its requests are not those of the version before."""
    counting = Counting()
    windows = ErrorWindows(counting)
    await look(windows, counting, 0)
    assert "counting begins" == await look(windows, counting, 90, revision="s")
