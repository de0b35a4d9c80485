"""Reads the answers that model servers keep for a while."""

from __future__ import annotations

import asyncio
from typing import Protocol
from urllib.parse import urlencode

import aiohttp

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

TIMEOUT_SECONDS = 5
LARGEST_PAGE = 1 << 20
AT_ONCE = 4


class PageUnread(Exception):
    """A page could not be read; says which and why."""


class AnswerPages(Protocol):
    """Gets the kept answers of pods."""

    async def read(self, address: str, window: str, seconds: int) -> bytes:
        """Return the page of the window, as the pod tells it; more answers are kept for so many
        seconds. `address` is `http://host:port`. Raises PageUnread.
        """
        ...


class HttpAnswerPages:
    """Gets pages with short time-outs, a bound on their size, and few at once."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._few = asyncio.Semaphore(AT_ONCE)

    async def read(self, address: str, window: str, seconds: int) -> bytes:
        """See AnswerPages.read."""
        url = f"{address}/answers?{urlencode({'window': window, 'seconds': seconds})}"
        question = HttpQuestion("GET", url, TIMEOUT_SECONDS, LARGEST_PAGE)
        try:
            async with self._few, answered(self._session, question) as answer:
                return await answer.body()
        except NoAnswer as fault:
            raise PageUnread(str(fault)) from fault
