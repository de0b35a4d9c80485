"""Which pages were made since the last change? However many readers ask, each is made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_PAGES = 100
"""Readers may search for anything; what is over is made again each time it is asked for."""


@dataclass(slots=True)
class Rendered:
    """The pages of one generation of the world."""

    generation: int = -1
    pages: dict[str, str] = field(default_factory=dict)

    def page(self, generation: int, path: str, make: Callable[[], str]) -> str:
        """Return the page of the path as the world is in this generation."""
        found = self.kept(generation, path)
        if found is None:
            found = make()
            if len(self.pages) < MOST_PAGES:
                self.pages[path] = found
        return found

    def kept(self, generation: int, path: str) -> str | None:
        """Return the page if it was made in this generation; pages of another one are dropped."""
        if generation != self.generation:
            self.generation, self.pages = generation, {}
        return self.pages.get(path)
