"""Serving, then draining; stuck, and given up."""

from __future__ import annotations

import pytest

from modelserver.exchanges.lifecycle import Lifecycle


def test_draining_is_for_good() -> None:
    """Ready until the first announcement; later ones change nothing."""
    lifecycle = Lifecycle()
    assert (True, False) == (lifecycle.ready, lifecycle.draining)
    assert (True, False) == (lifecycle.drain(), lifecycle.drain())
    assert (False, True) == (lifecycle.ready, lifecycle.draining)


@pytest.mark.parametrize(
    ("seconds", "ready", "live"),
    [
        pytest.param(0.0, True, True, id="no batch"),
        pytest.param(60.0, True, True, id="a slow batch"),
        pytest.param(60.1, False, True, id="a batch that is stuck: nobody sends more"),
        pytest.param(120.1, False, False, id="a batch that is given up: start anew"),
    ],
)
def test_a_stuck_batch_ends_readiness_then_life(seconds: float, ready: bool, live: bool) -> None:
    """The limit is 60 seconds; both come back when the batch ends."""
    batch = [seconds]
    lifecycle = Lifecycle(lambda: batch[0], 60.0)
    assert (ready, live, not ready) == (lifecycle.ready, lifecycle.live, lifecycle.stuck)
    batch[0] = 0.0
    assert (True, True, False) == (lifecycle.ready, lifecycle.live, lifecycle.stuck)


def test_draining_is_not_dying() -> None:
    """A kubelet must not kill what still answers."""
    lifecycle = Lifecycle()
    lifecycle.drain()
    assert lifecycle.live
