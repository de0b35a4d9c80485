"""Reads the pages on which pods show their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

TIMEOUT_SECONDS = 2
LARGEST_PAGE = 8 << 20
AT_ONCE = 16


class ScrapeFailed(Exception):
    """A page could not be read; says which and why."""


@dataclass(frozen=True, slots=True)
class ScrapedSample:
    """One line of a metrics page."""

    name: str
    labels: dict[str, str]
    value: float


class Scraper(Protocol):
    """Gets small pages over HTTP."""

    async def page(self, url: str) -> str:
        """Return the text of a 200 answer; raises ScrapeFailed."""
        ...


class HttpScraper:
    """Gets pages with short time-outs, a bound on their size, and few at once."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._few = asyncio.Semaphore(AT_ONCE)

    async def page(self, url: str) -> str:
        """See Scraper.page."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with self._few, self._session.get(url, timeout=timeout) as answer:
                if answer.status != 200:
                    raise ScrapeFailed(f"{url} answered {answer.status}")
                body = await answer.content.read(LARGEST_PAGE + 1)
                while len(body) <= LARGEST_PAGE and (more := await answer.content.read(1 << 20)):
                    body += more
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise ScrapeFailed(f"{url}: {type(fault).__name__} {fault}".strip()) from fault
        if len(body) > LARGEST_PAGE:
            raise ScrapeFailed(f"{url} is longer than {LARGEST_PAGE} bytes")
        return body.decode(errors="replace")


def samples(page: str, names: Sequence[str]) -> list[ScrapedSample]:
    """Return the samples with one of the names; raises ScrapeFailed when the page is no metrics.

    Lines of other metrics are not parsed: a router's page is mostly those.
    """
    wanted = tuple(names)
    lines = [line for line in page.splitlines() if line.startswith(wanted)]
    try:
        return [
            ScrapedSample(sample.name, dict(sample.labels), float(sample.value))
            for family in text_string_to_metric_families("\n".join(lines) + "\n")
            for sample in family.samples
            if sample.name in wanted
        ]
    except ValueError as fault:
        raise ScrapeFailed(f"not a metrics page: {fault}") from fault
