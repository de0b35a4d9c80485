"""Server-sent events: who looks at a page hears that something changed, not what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from trainyardpage.world import World

MOST_LISTENERS = 200
TOGETHER_SECONDS = 0.5
"""Changes that come so soon after each other are told at once."""
SILENT_SECONDS = 15.0
"""After so long without a change a comment is sent: a line that is dead is noticed."""


@dataclass(slots=True)
class Live:
    """Those who listen now."""

    world: World
    listeners: int = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody more can listen."""
        return self.listeners >= MOST_LISTENERS

    async def events(self) -> AsyncGenerator[bytes]:
        """Yield a line for each change, the first at once."""
        self.listeners += 1
        try:
            heard = -1
            while True:
                try:
                    async with asyncio.timeout(SILENT_SECONDS):
                        heard = await self.world.after(heard)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield b"event: change\ndata: %d\n\n" % heard
                await asyncio.sleep(TOGETHER_SECONDS)
        finally:
            self.listeners -= 1
