"""Where counters stood that only their pods know."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel

MOST_COUNTERS = 100


class CounterAnchor(ApiModel):
    """Where the counters of both versions stood at observedUntil, added up over all pods."""

    processes: Annotated[str, StringConstraints(max_length=64)]
    """Digest of the processes that counted, and of what they counted."""
    stable: Annotated[tuple[int, ...], Field(min_length=2, max_length=MOST_COUNTERS)]
    """Requests, errors, and how many were answered within each latency edge."""
    canary: Annotated[tuple[int, ...], Field(min_length=2, max_length=MOST_COUNTERS)]
    """The same of the new version."""
    matched: Annotated[tuple[int, ...], Field(max_length=MOST_COUNTERS)] = ()
    """The same of the requests that are its own whatever the weights are; empty: not counted."""
