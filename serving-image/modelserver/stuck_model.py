"""Who tells people that the model does not come back? One line in the error log per batch."""

from __future__ import annotations

import asyncio

from modelserver.exchanges.lifecycle import Lifecycle
from modelserver.reports.error_log import ErrorLog

_LOOK_SECONDS = 1.0


async def tell_of_stuck_batches(
    lifecycle: Lifecycle, log: ErrorLog, look_seconds: float = _LOOK_SECONDS
) -> None:
    """Never returns; a batch that has become stuck, given up or free again has its line."""
    told = ""
    while True:
        await asyncio.sleep(look_seconds)
        now = "" if not lifecycle.stuck else _STUCK if lifecycle.live else _GIVEN_UP
        if now != told:
            log.write("model-stuck", now or _FREE)
            told = now


_STUCK = (
    "a batch has been with the model for longer than TRAINYARD_STUCK_SECONDS;"
    " not ready until it ends"
)
_GIVEN_UP = "a batch has been with the model for twice that time; not live, to be started anew"
_FREE = "the batch has ended; ready again"
