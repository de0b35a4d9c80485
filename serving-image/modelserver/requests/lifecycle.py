"""Is the server to be sent new work, and is it still able to do any?"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from modelserver.error_log import ErrorLog

_STUCK = (
    "a batch has been with the model for longer than TRAINYARD_STUCK_SECONDS;"
    " not ready until it ends"
)
_GIVEN_UP = "a batch has been with the model for twice that time; not live, to be started anew"
_FREE = "the batch has ended; ready again"


def _never() -> float:
    return 0.0


class Lifecycle:
    """Serving until `drain`, then draining for good: not ready, but every request is answered.

    A batch that is with the model for longer than `stuck_seconds` is stuck: not ready until it
    ends; one that takes twice as long is given up: not live, so that a kubelet starts anew.
    `batch_seconds`: how long the present batch has been with the model; 0 without one.
    """

    def __init__(
        self, batch_seconds: Callable[[], float] = _never, stuck_seconds: float = math.inf
    ) -> None:
        self._batch_seconds = batch_seconds
        self._stuck_seconds = stuck_seconds
        self._draining = False

    @property
    def ready(self) -> bool:
        """True while routers may send requests here."""
        return not self._draining and not self.stuck

    @property
    def live(self) -> bool:
        """True while there is hope that requests will be answered."""
        return self._batch_seconds() <= 2 * self._stuck_seconds

    @property
    def stuck(self) -> bool:
        """True while the model does not come back from a batch."""
        return self._batch_seconds() > self._stuck_seconds

    @property
    def draining(self) -> bool:
        """True once the end has been announced."""
        return self._draining

    def drain(self) -> bool:
        """Draining from now on; true for the first call only."""
        first = not self._draining
        self._draining = True
        return first


async def log_stuck_batches(
    lifecycle: Lifecycle, log: ErrorLog, interval_seconds: float = 1.0
) -> None:
    """Never returns; a batch that has become stuck, given up or free again has its line."""
    last = ""
    while True:
        await asyncio.sleep(interval_seconds)
        now = "" if not lifecycle.stuck else _STUCK if lifecycle.live else _GIVEN_UP
        if now != last:
            log.write("model-stuck", now or _FREE)
            last = now
