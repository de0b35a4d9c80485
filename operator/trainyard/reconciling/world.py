"""What an observer may ask: objects of the cluster, from the cache or live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

RawObject = Mapping[str, Any]


class World(Protocol):
    """Reads objects as the API server stores them; absence is None, faults are raised.

    The cached world answers from memory; the live world asks the API server. `kind` is one of
    the kinds in `trainyard.clients.kinds`.
    """

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it does not exist."""
        ...

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """Return the objects of the namespace that carry all of `labels`, ordered by name."""
        ...
