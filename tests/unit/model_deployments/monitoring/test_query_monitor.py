"""A query about the stable version with absolute bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_serving import NOW

from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.monitoring.monitor import Level
from trainyard.model_deployments.monitoring.query_monitor import QueryMonitor

MONITOR = QueryMonitor(
    SignalKind.QUALITY,
    PrometheusBounds(query="q", min="0.9"),
    interval=timedelta(seconds=10),
    failure_limit=2,
)
LATER = NOW + timedelta(seconds=10)
BAD, GOOD, NONE = QueryAnswer(0.5), QueryAnswer(0.95), QueryAnswer(None, "timeout")


def state(bad: int = 0, good: int = 0, why: str = "as before") -> MonitorState:
    """Return a state with so many bad and good values in a row."""
    return MonitorState(
        kind=SignalKind.QUALITY,
        revision="r",
        asked_at=NOW,
        bad_in_a_row=bad,
        good_in_a_row=good,
        why=why,
    )


def test_it_asks_at_once_and_then_when_its_interval_is_over() -> None:
    """No state is a revision that it knows nothing about."""
    assert "q" == MONITOR.wanted(None, NOW)
    assert None is MONITOR.wanted(state(), LATER - timedelta(seconds=1))
    assert "q" == MONITOR.wanted(state(), LATER)


@pytest.mark.parametrize(
    ("before", "answer", "counts", "why"),
    [
        pytest.param(state(bad=1), BAD, (2, 0), "0.5 is below 0.9", id="bad again"),
        pytest.param(state(bad=1), GOOD, (0, 1), "0.95 is within bounds", id="good again"),
        pytest.param(state(good=1), BAD, (1, 0), "0.5 is below 0.9", id="bad for once"),
        pytest.param(state(why=""), NONE, (0, 0), "timeout", id="a first answer without evidence"),
    ],
)
def test_values_in_a_row_are_counted(
    before: MonitorState, answer: QueryAnswer, counts: tuple[int, int], why: str
) -> None:
    """With when and why."""
    found = MONITOR.folded(before, answer, LATER)
    assert counts == (found.bad_in_a_row, found.good_in_a_row)
    assert (LATER, why) == (found.asked_at, found.why)


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        pytest.param(state(bad=2), BAD, id="as bad as before"),
        pytest.param(state(good=2), GOOD, id="as good as before"),
        pytest.param(state(bad=1), NONE, id="no evidence"),
    ],
)
def test_an_answer_that_teaches_nothing_changes_nothing(
    before: MonitorState, answer: QueryAnswer
) -> None:
    """So it is not written down either."""
    assert before is MONITOR.folded(before, answer, LATER)


@pytest.mark.parametrize(
    ("found", "level"),
    [
        pytest.param(state(), Level.STAY, id="nothing known"),
        pytest.param(state(bad=1), Level.STAY, id="bad once"),
        pytest.param(state(bad=2), Level.RAISE, id="bad often enough"),
        pytest.param(state(good=1), Level.STAY, id="good once"),
        pytest.param(state(good=2), Level.CLEAR, id="good often enough"),
    ],
)
def test_as_many_values_raise_the_signal_as_clear_it(found: MonitorState, level: Level) -> None:
    """In between it stays as it is."""
    assert level is MONITOR.level(found)
