"""Is there room for one more request? One count for all ports.

Who comes too many is told 429, as the Kubernetes API server says it of its requests in flight: the
server is well, and whoever sends less is answered. 503 is for a server that is not.
"""

from __future__ import annotations

from modelserver.payloads.refusals import RequestRefused


class Places:
    """How many requests are being answered at this moment, and may be."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0

    @property
    def taken(self) -> int:
        """How many requests are being answered."""
        return self._taken

    def take(self) -> None:
        """One more request has its place. Raises RequestRefused (429) when there is none."""
        if self._taken >= self._limit:
            raise RequestRefused(f"{self._limit} requests are being answered", 429)
        self._taken += 1

    def give_back(self) -> None:
        """One place is free again."""
        self._taken -= 1
