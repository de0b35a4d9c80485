"""Asks the coordinators of several parties how far the rounds of their runs are."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

LOOK_SECONDS = 10
"""A coordinator is not asked again before."""
TIMEOUT_SECONDS = 2
LARGEST_ANSWER = 4 << 10
AT_ONCE = 8


class DoorSilent(Exception):
    """A coordinator did not say how far it is; says which and why."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a coordinator listens, and by what it is known."""

    address: str
    """Of its pod."""
    port: int
    host: str
    """For which its certificate is."""
    certificate: str
    """Of this run alone; PEM."""


class CoordinatorDoors(Protocol):
    """Gets the progress of rounds over HTTPS."""

    async def progress(self, door: Door) -> bytes:
        """Return what the coordinator said, now or a moment ago; raises DoorSilent."""
        ...


@dataclass(frozen=True, slots=True)
class _Said:
    at: float
    found: bytes | DoorSilent


class HttpCoordinatorDoors:
    """Gets the progress with a short time-out, a bound on its size, and not all too often: each
    change that is written has the operator look again at once.
    """

    def __init__(self, session: aiohttp.ClientSession, clock: Callable[[], float]) -> None:
        self._session = session
        self._clock = clock
        self._few = asyncio.Semaphore(AT_ONCE)
        self._said: dict[Door, _Said] = {}

    async def progress(self, door: Door) -> bytes:
        """See CoordinatorDoors.progress."""
        now = self._clock()
        fresh = {d: said for d, said in self._said.items() if now - said.at < LOOK_SECONDS - 1}
        self._said = fresh
        if door not in fresh:
            fresh[door] = _Said(now, await self._asked(door))
        found = fresh[door].found
        if isinstance(found, DoorSilent):
            raise found
        return found

    async def _asked(self, door: Door) -> bytes | DoorSilent:
        url = f"https://{door.address}:{door.port}/progress"
        try:
            trusted = ssl.create_default_context(cadata=door.certificate)
        except (ssl.SSLError, ValueError) as fault:
            return DoorSilent(f"{url}: its certificate cannot be read: {fault}")
        question = HttpQuestion(
            "GET", url, TIMEOUT_SECONDS, LARGEST_ANSWER, tls=trusted, server_name=door.host
        )
        try:
            async with self._few, answered(self._session, question) as answer:
                return await answer.body()
        except NoAnswer as fault:
            return DoorSilent(str(fault))
