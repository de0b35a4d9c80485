"""How long is waited for what, and what is drawn meanwhile?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.live import Live

from trainyardctl.connection import Connection
from trainyardctl.names import ObjectName
from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.snapshot import Raw, Snapshot

LOOK_SECONDS = 1.0
TOGETHER_SECONDS = 0.2
"""Changes that come so soon after each other are drawn at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds; 0 is one look."""

    seconds: float


async def wait_for_end(there: Connection, name: ObjectName, patience: Patience) -> Raw | None:
    """Return the object once it is not under way any more, or as it is when patience ends."""
    raw = await there.get(name)
    try:
        async with asyncio.timeout(patience.seconds):
            while stand_of(raw).outcome is Outcome.UNDER_WAY:
                await asyncio.sleep(LOOK_SECONDS)
                raw = await there.get(name)
    except TimeoutError:
        pass
    return raw


async def redraw(
    there: Connection, console: Console, drawn: Callable[[Snapshot], RenderableType]
) -> None:
    """Draw now and soon after each change, until the program is ended."""
    with Live(drawn(await there.snapshot()), console=console, auto_refresh=False) as live:
        async for _ in there.changes():
            await asyncio.sleep(TOGETHER_SECONDS)
            live.update(drawn(await there.snapshot()), refresh=True)
