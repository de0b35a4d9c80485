"""Is one more request below the concurrency limit? One count for all ports.

What is above it is answered 429, as the Kubernetes API server says it of its requests in flight:
the server is well, and whoever sends less is answered. 503 is for a server that is not.
"""

from __future__ import annotations

from modelserver.payloads.refusals import RequestRefused


class ConcurrencyLimit:
    """How many requests are being answered at this moment, and may be."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_flight = 0

    @property
    def in_flight(self) -> int:
        """How many requests are being answered."""
        return self._in_flight

    def acquire(self) -> None:
        """One more request is in flight. Raises RequestRefused (429) when there is none."""
        if self._in_flight >= self._limit:
            raise RequestRefused(f"{self._limit} requests are being answered", 429)
        self._in_flight += 1

    def release(self) -> None:
        """A request is no longer in flight."""
        self._in_flight -= 1
