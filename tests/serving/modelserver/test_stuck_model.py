"""Somebody tells that the model does not come back."""

from __future__ import annotations

import asyncio
import io
import json
from functools import partial

from serving_echo import eventually

from modelserver.exchanges.lifecycle import Lifecycle
from modelserver.reports.error_log import ErrorLog
from modelserver.stuck_model import tell_of_stuck_batches


def _has_grown(out: io.StringIO, size: int) -> bool:
    return len(out.getvalue()) > size


async def test_each_turn_has_one_line() -> None:
    """Stuck, given up, free again; nothing while all is well, nothing twice."""
    batch, out = [0.0], io.StringIO()
    times = iter(range(0, 1000, 2))
    log = ErrorLog(lambda: float(next(times)), out)
    watching = asyncio.ensure_future(
        tell_of_stuck_batches(Lifecycle(lambda: batch[0], 60.0), log, 0.001)
    )
    for seconds in (61.0, 121.0, 0.0):
        told, batch[0] = len(out.getvalue()), seconds
        await eventually(partial(_has_grown, out, told))
        await asyncio.sleep(0.02)
    watching.cancel()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {"model-stuck"} == {line["event"] for line in lines}
    words = ("not ready until it ends", "not live", "ready again")
    assert [True] * 3 == [w in x["message"] for w, x in zip(words, lines, strict=True)]
