"""When the stable version counts as failing more than the one before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_serving import NOW

from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis.evidence import Counts, Interval, Reading
from trainyard.model_deployments.monitoring.errors_monitor import ErrorsMonitor
from trainyard.model_deployments.monitoring.monitor import Level

BEFORE = Dispersion(intervals=10, requests=10_000, errors=100, squares_millionths=1_000_000)


def monitor(before: Dispersion | None = BEFORE) -> ErrorsMonitor:
    """Return a monitor with the defaults."""
    return ErrorsMonitor(timedelta(seconds=60), 3, 1.5, 300, 1.0, before)


def reading(errors: int, requests: int = 2000) -> Reading:
    """Return a window."""
    counts = Counts(requests, errors)
    return Reading(NOW, Interval(stable=counts, canary=counts, edges=()))


@pytest.mark.parametrize(
    ("answer", "before", "level", "why"),
    [
        pytest.param(
            reading(20),
            BEFORE,
            Level.CLEAR,
            "failed 20 of 2000, the version before 100 of 10000",
            id="as often as before",
        ),
        pytest.param(
            reading(28),
            BEFORE,
            Level.CLEAR,
            "failed 28 of 2000, the version before 100 of 10000",
            id="more often, within the tolerance",
        ),
        pytest.param(
            reading(100),
            BEFORE,
            Level.RAISE,
            "failed 100 of 2000, the version before 100 of 10000",
            id="five times as often",
        ),
        pytest.param(
            reading(40, requests=60),
            BEFORE,
            Level.RAISE,
            "failed 40 of 60, the version before 100 of 10000",
            id="few requests, of which most fail",
        ),
        pytest.param(
            reading(1, requests=60),
            BEFORE,
            Level.STAY,
            "60 requests were counted, 300 are needed",
            id="few requests, of which one fails",
        ),
        pytest.param(
            reading(1000),
            None,
            Level.STAY,
            "nothing was counted of a version before this one",
            id="a first version",
        ),
        pytest.param(
            Reading(NOW, None, "the set of counted pods changed"),
            BEFORE,
            Level.STAY,
            "the set of counted pods changed",
            id="counters that cannot be compared",
        ),
    ],
)
def test_the_level_after_three_windows(
    answer: Reading, before: Dispersion | None, level: Level, why: str
) -> None:
    """Each window is judged alone."""
    found = monitor(before)
    state = MonitorState(kind=SignalKind.ERRORS, revision="r", asked_at=NOW)
    for _ in range(3):
        state = found.folded(state, answer, NOW)
    assert (level, why) == (found.level(state), state.why)
