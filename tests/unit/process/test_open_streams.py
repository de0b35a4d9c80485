"""A watch that is closed is noticed by how long it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from trainyard.process.open_streams import OpenStreams
from trainyard.reconciling.cache import Scope

JOBS, PODS = Scope("Job"), Scope("Pod", "ns")


@dataclass
class Clock:
    """A clock that the test moves."""

    now: float = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def streams(clock: Clock) -> OpenStreams:
    """Give two watches that are open."""
    made = OpenStreams(clock)
    made.opened(JOBS)
    made.opened(PODS)
    return made


def test_open_watches_are_no_trouble(streams: OpenStreams, clock: Clock) -> None:
    """However long nothing happens in the cluster."""
    clock.now += 1000
    assert (0.0, None) == streams.longest_closed()


def test_the_longest_closed_one_is_named(streams: OpenStreams, clock: Clock) -> None:
    """Whoever reads it wants to know what is not seen."""
    streams.closed(PODS)
    clock.now += 5
    streams.closed(JOBS)
    clock.now += 5
    assert (10.0, PODS) == streams.longest_closed()


def test_trying_again_does_not_start_the_count_anew(streams: OpenStreams, clock: Clock) -> None:
    """Each try says once more that the watch is closed."""
    streams.closed(PODS)
    clock.now += 7
    streams.closed(PODS)
    assert (7.0, PODS) == streams.longest_closed()


def test_one_that_opens_again_is_no_trouble(streams: OpenStreams, clock: Clock) -> None:
    """The API server ends each watch now and then."""
    streams.closed(PODS)
    clock.now += 7
    streams.opened(PODS)
    assert (0.0, None) == streams.longest_closed()


def test_one_that_never_opened_is_not_counted(clock: Clock) -> None:
    """Before the first one readiness says what is missing: the kind may not be installed yet."""
    made = OpenStreams(clock)
    made.closed(JOBS)
    clock.now += 1000
    assert (0.0, None) == made.longest_closed()
