"""Somebody tells that the model does not come back."""

from __future__ import annotations

import asyncio
import io
import json

from serving_echo import eventually

from modelserver.error_log import ErrorLog
from modelserver.lifecycle import Lifecycle
from modelserver.stuck_model import tell_of_stuck_batches


async def test_each_turn_has_one_line() -> None:
    """Stuck, given up, free again; nothing while all is well, nothing twice."""
    batch, out = [0.0], io.StringIO()
    times = iter(range(0, 1000, 2))
    log = ErrorLog(lambda: float(next(times)), out)
    watching = asyncio.ensure_future(
        tell_of_stuck_batches(Lifecycle(lambda: batch[0], 60.0), log, 0.001)
    )
    for number, seconds in enumerate((61.0, 121.0, 0.0), start=1):
        batch[0] = seconds
        await eventually(lambda wanted=number: out.getvalue().count("\n") == wanted)
        await asyncio.sleep(0.02)
    watching.cancel()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {"model-stuck"} == {line["event"] for line in lines}
    words = ("not ready until it ends", "not live", "ready again")
    assert [True] * 3 == [w in x["message"] for w, x in zip(words, lines, strict=True)]
