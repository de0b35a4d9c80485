"""By when is the process gone, whatever still waits in it?"""

from __future__ import annotations

import os
import threading

import structlog

log = structlog.get_logger()

ENDS_WITHIN_SECONDS = 10.0


def end_within(seconds: float, code: int) -> None:
    """Have the process end with the code after so many seconds, if it has not ended by then.

    When the work is over the event loop waits for every task that is left, without a bound, and one
    of a library that catches its cancellation, for instance to log in again, would keep a process
    that looks after nothing.
    """
    timer = threading.Timer(seconds, _end, (seconds, code))
    timer.daemon = True
    timer.start()


def _end(seconds: float, code: int) -> None:
    log.error("something held up the end of the process", seconds=seconds)
    os._exit(code)
