"""Waiting for a fact, with a limit, and a diagnosis when it does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 600.0
"""A bound for what hangs; a busy machine may take minutes for what takes seconds elsewhere."""


class StoryFailed(Exception):
    """Something that the story promises did not happen."""


def wait_for(
    what: str, look: Callable[[], T | None], meanwhile: Callable[[], None] = lambda: None
) -> T:
    """Return the first answer of `look` that is neither None nor False.

    `meanwhile` is called between looks. Raises StoryFailed naming `what` when it never comes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise StoryFailed(f"waited {PATIENCE_SECONDS:.0f} s in vain for: {what}")
        meanwhile()
        time.sleep(0.4)
