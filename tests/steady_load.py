"""An open-loop client: so many requests a second whatever the answers are, each one counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import aiohttp

RENEWED_AFTER = 50
"""Requests after which a client takes new connections, as many clients together do."""


@dataclass(slots=True)
class Load:
    """Requests to one address and what came of them."""

    url: str
    per_second: float
    body: str = '{"inputs": []}'
    codes: Counter[str] = field(default_factory=Counter)
    """Answers by status, or by the fault when there was none."""
    revisions: Counter[str] = field(default_factory=Counter)
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Load:
        """Begin."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and wait for what is under way."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def sent(self) -> int:
        """How many requests have an outcome."""
        return self.codes.total()

    @property
    def lost(self) -> int:
        """How many were not answered with 200."""
        return self.sent - self.codes["200"]

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        begun, number = loop.time(), 0
        waiting: set[asyncio.Task[None]] = set()
        session = _session()
        try:
            while True:
                if number % RENEWED_AFTER == 0:
                    old, session = session, _session()
                    waiting.add(asyncio.create_task(_close(old)))
                task = asyncio.create_task(self._one(session))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
                number += 1
                await asyncio.sleep(max(0.0, begun + number / self.per_second - loop.time()))
        finally:
            await asyncio.gather(*waiting, return_exceptions=True)
            await session.close()

    async def _one(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.post(self.url, data=self.body) as answer:
                await answer.read()
                self.codes[str(answer.status)] += 1
                self.revisions[answer.headers.get("trainyard-revision", "")] += 1
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            self.codes[f"{type(fault).__name__}: {fault}"] += 1


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))


async def _close(session: aiohttp.ClientSession) -> None:
    await asyncio.sleep(21)
    await session.close()
