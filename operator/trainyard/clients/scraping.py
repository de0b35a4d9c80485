"""Reads the pages on which pods show their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import aiohttp

from trainyard.clients.exposition import ScrapedSample, samples_in
from trainyard.clients.http_answers import HttpAnswer, HttpQuestion, NoAnswer, answered

TIMEOUT_SECONDS = 2
LARGEST_TEXT = 64 << 10
LARGEST_PAGE = 8 << 20
LONGEST_LINE = 4 << 10
"""Of the wanted ones; others may be longer."""
MOST_LINES = 5_000
"""Wanted ones of one page; a router has some hundred."""
PARSED_AT_ONCE = 200
"""Other tasks of the event loop have their turn after so many lines."""
AT_ONCE = 16


class ScrapeFailed(Exception):
    """A page could not be read; says which and why."""


class Scraper(Protocol):
    """Gets pages of pods over HTTP."""

    async def text(self, url: str) -> str:
        """Return the text of a short page; raises ScrapeFailed."""
        ...

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """Return the samples with one of the names of a metrics page; raises ScrapeFailed."""
        ...


class HttpScraper:
    """Gets pages with short time-outs, bounds on their size, and few at once."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._few = asyncio.Semaphore(AT_ONCE)

    async def text(self, url: str) -> str:
        """See Scraper.text."""
        question = HttpQuestion("GET", url, TIMEOUT_SECONDS, LARGEST_TEXT)
        try:
            async with self._few, answered(self._session, question) as answer:
                return (await answer.body()).decode(errors="replace")
        except NoAnswer as fault:
            raise ScrapeFailed(str(fault)) from fault

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See Scraper.samples."""
        question = HttpQuestion("GET", url, TIMEOUT_SECONDS, LARGEST_PAGE)
        try:
            async with self._few, answered(self._session, question) as answer:
                lines = await _wanted_lines(answer, url, names)
        except NoAnswer as fault:
            raise ScrapeFailed(str(fault)) from fault
        found: list[ScrapedSample] = []
        for first in range(0, len(lines), PARSED_AT_ONCE):
            part = b"\n".join(lines[first : first + PARSED_AT_ONCE])
            found += samples(part.decode(errors="replace"), names)
            await asyncio.sleep(0)
        return found


async def _wanted_lines(answer: HttpAnswer, url: str, names: Sequence[str]) -> list[bytes]:
    """Keep only the lines that are to be parsed: a router's page is mostly others."""
    wanted = tuple(name.encode() for name in names)
    found, rest = [], b""
    async for piece in answer.pieces():
        *whole, rest = (rest + piece).split(b"\n")
        rest = rest[: LONGEST_LINE + 1]
        new = [line for line in whole if line.startswith(wanted)]
        if any(len(line) > LONGEST_LINE for line in (*new, rest) if line.startswith(wanted)):
            raise ScrapeFailed(f"{url} has a line of more than {LONGEST_LINE} bytes")
        found += new
        if len(found) > MOST_LINES:
            raise ScrapeFailed(f"{url} has more than {MOST_LINES} lines of {' and '.join(names)}")
        await asyncio.sleep(0)
    return [*found, rest] if rest.startswith(wanted) else found


def samples(page: str, names: Sequence[str]) -> list[ScrapedSample]:
    """Return the samples with one of the names; raises ScrapeFailed when the page is no metrics."""
    wanted = tuple(names)
    try:
        return samples_in([line for line in page.splitlines() if line.startswith(wanted)], names)
    except ValueError as fault:
        raise ScrapeFailed(f"not a metrics page: {fault}") from fault
