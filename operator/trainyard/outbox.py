"""Sends what statuses hold to those outside who are to have it, beside all decisions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic

from trainyard.clients.addresses import NotDelivered, RefusedForGood
from trainyard.delivery import Delivery, NumberedT, Outgoing

AT_ONCE = 16
"""So many receivers are posted to at a time; one that is slow takes the place of one."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=1)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class _Line(Generic[NumberedT]):
    """One receiver of one object: one post at a time, in the order of the numbers."""

    receiver: str
    delivered: int
    waiting: tuple[NumberedT, ...] = ()
    failures: int = 0
    failing_since: datetime | None = None
    why: str = ""
    refused: dict[int, str] = field(default_factory=dict)
    not_before: datetime | None = None
    offered_at: datetime | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Outbox(Generic[NumberedT]):
    """Posts in tasks of its own, so that no pass ever waits for a receiver.

    What arrived is in memory until a pass writes it into the status of the object. Whoever starts
    again before that sends it a second time, under the same id: at least once.
    """

    def __init__(
        self, post: Callable[[str, NumberedT], Awaitable[None]], clock: Callable[[], datetime]
    ) -> None:
        """`post` delivers one to the receiver of a name, or raises NotDelivered.

        What is RefusedForGood is set aside and told, so that those behind it go on.
        """
        self._post = post
        self._clock = clock
        self._lines: dict[tuple[str, str], _Line[NumberedT]] = {}
        self._posting = asyncio.Semaphore(AT_ONCE)

    def offer_all(self, uid: str, outgoing: Iterable[Outgoing[NumberedT]]) -> dict[str, Delivery]:
        """Take what is to be posted of the object, and return how it stands, by receiver."""
        return {found.receiver: self.offer(uid, found) for found in outgoing}

    def offer(self, uid: str, outgoing: Outgoing[NumberedT]) -> Delivery:
        """Take what one receiver is to have, and return how it stands; never waits."""
        now = self._clock()
        self._forget(now)
        line = self._line(uid, outgoing)
        line.offered_at = now
        line.waiting = tuple(n for n in outgoing.waiting if n.number > line.delivered)
        if not line.waiting and line.task is None:
            line.failures, line.failing_since, line.why, line.not_before = 0, None, "", None
        is_due = line.not_before is None or now >= line.not_before
        if line.waiting and line.task is None and is_due:
            line.task = asyncio.create_task(self._send(line), name=f"post to {line.receiver}")
        again = now + LOOK_AGAIN if line.task else line.not_before if line.waiting else None
        line.refused = {n: why for n, why in line.refused.items() if n > outgoing.delivered}
        return Delivery(line.delivered, line.failing_since, line.why, dict(line.refused), again)

    def _line(self, uid: str, outgoing: Outgoing[NumberedT]) -> _Line[NumberedT]:
        key = uid, outgoing.receiver
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = _Line(outgoing.receiver, outgoing.delivered)
        # What left the status meanwhile is given up.
        found.delivered = max(found.delivered, outgoing.delivered)
        return found

    async def _send(self, line: _Line[NumberedT]) -> None:
        try:
            while line.waiting:
                first = line.waiting[0]
                try:
                    async with self._posting:
                        await self._post(line.receiver, first)
                except RefusedForGood as fault:
                    line.refused[first.number] = str(fault)
                line.delivered = max(line.delivered, first.number)
                line.waiting = tuple(n for n in line.waiting if n.number > line.delivered)
                line.failures, line.failing_since, line.why, line.not_before = 0, None, "", None
        except NotDelivered as fault:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**line.failures)
            line.failures = min(line.failures + 1, 16)
            line.failing_since = line.failing_since or self._clock()
            line.why, line.not_before = str(fault), self._clock() + pause
        finally:
            line.task = None

    def _forget(self, now: datetime) -> None:
        """Drop the lines of objects that are gone; others are offered at least every ten minutes.

        One that is dropped too early is only asked for again from what the status says.
        """
        old = [
            key
            for key, line in self._lines.items()
            if not line.task and line.offered_at and line.offered_at < now - FORGOTTEN_AFTER
        ]
        for key in old:
            del self._lines[key]
