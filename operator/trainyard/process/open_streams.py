"""Which watches are open, and for how long has one been closed?"""

from __future__ import annotations

from collections.abc import Callable

from trainyard.reconciling.cache import Scope


class OpenStreams:
    """Remembers per scope since when its watch is closed; what never opened is not counted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._closed_at: dict[Scope, float | None] = {}

    def opened(self, scope: Scope) -> None:
        """Take note that events of the scope arrive from now on."""
        self._closed_at[scope] = None

    def closed(self, scope: Scope) -> None:
        """Take note that they do not."""
        if scope in self._closed_at and self._closed_at[scope] is None:
            self._closed_at[scope] = self._clock()

    def longest_closed(self) -> tuple[float, Scope | None]:
        """Return for how many seconds a watch has been closed, and whose."""
        closed = {scope: at for scope, at in self._closed_at.items() if at is not None}
        if not closed:
            return 0.0, None
        scope = min(closed, key=closed.__getitem__)
        return self._clock() - closed[scope], scope
