"""Serving, then draining; stuck, and given up."""

from __future__ import annotations

import asyncio
import io
import json
from functools import partial

import pytest
from serving_echo import eventually

from modelserver.error_log import ErrorLog
from modelserver.requests.lifecycle import Lifecycle, log_stuck_batches


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


def _has_grown(out: io.StringIO, size: int) -> bool:
    return len(out.getvalue()) > size


async def test_each_turn_has_one_line() -> None:
    """Stuck, given up, free again; nothing while all is well, nothing twice."""
    batch, out = [0.0], io.StringIO()
    times = iter(range(0, 1000, 2))
    log = ErrorLog(lambda: float(next(times)), out)
    watchdog = asyncio.ensure_future(
        log_stuck_batches(Lifecycle(lambda: batch[0], 60.0), log, 0.001)
    )
    for seconds in (61.0, 121.0, 0.0):
        told, batch[0] = len(out.getvalue()), seconds
        await eventually(partial(_has_grown, out, told))
        await asyncio.sleep(0.02)
    watchdog.cancel()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {"model-stuck"} == {line["event"] for line in lines}
    words = ("not ready until it ends", "not live", "ready again")
    assert [True] * 3 == [w in x["message"] for w, x in zip(words, lines, strict=True)]
