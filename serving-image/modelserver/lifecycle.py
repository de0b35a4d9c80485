"""Is the server to be sent new work?"""

from __future__ import annotations


class Lifecycle:
    """Serving until `drain`, then draining for good: not ready, but every request is answered."""

    def __init__(self) -> None:
        self._draining = False

    @property
    def ready(self) -> bool:
        """True while routers may send requests here."""
        return not self._draining

    @property
    def draining(self) -> bool:
        """True once the end has been announced."""
        return self._draining

    def drain(self) -> bool:
        """Draining from now on; true for the first call only."""
        first = not self._draining
        self._draining = True
        return first
